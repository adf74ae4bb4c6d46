/**
 * What the build for pages shortens is ours alone: not part of the types that users see, of the platform, or of what the
 * sources name by a string. Reads what was built.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { innerNames } from './build/inner-names.ts'
import { hasCondition, publicPackages, root } from './workspace.ts'

const packages = publicPackages()
const forPages = packages.filter(({ manifest }) => hasCondition(manifest, 'production'))
const declarations = packages.flatMap(({ dir }) => filesIn(dir, 'dist/*.d.ts'))
const sources = forPages.flatMap(({ dir }) => filesIn(dir, 'src/**/*.{ts,tsx}'))
const platform = filesIn(dirname(ts.getDefaultLibFilePath({})), 'lib.*.d.ts')

if (declarations.length === 0) throw new Error('Nothing was built. Run `pnpm build` first.')
const used = new Set<string>()
const problems = [
  ...declarations.flatMap((file) => membersOf(file).map((name) => `\`${name}\` is part of a type in ${shown(file)}.`)),
  ...platform.flatMap((file) => membersOf(file).map((name) => `\`${name}\` belongs to the platform.`)),
  ...sources.flatMap((file) => stringsOf(file).map((name) => `\`${name}\` is a string in ${shown(file)}.`)),
]
for (const file of sources) for (const name of membersOf(file)) used.add(name)
for (const name of Object.keys(innerNames)) if (!used.has(name)) problems.push(`\`${name}\` is no member any more.`)
for (const problem of new Set(problems))
  console.error(`scripts/build/inner-names.ts: ${problem} Take it from the list.`)
process.exitCode = problems.length === 0 ? 0 : 1

function filesIn(cwd: string, pattern: string): string[] {
  return globSync(pattern, { cwd }).map((path) => join(cwd, path))
}

function shown(file: string): string {
  return relative(root, file)
}

/** Inner names among the members that a file declares, in types too. */
function membersOf(file: string): string[] {
  return found(file, (node) => {
    const isMember = ts.isTypeElement(node) || ts.isClassElement(node) || ts.isObjectLiteralElement(node)
    return isMember && node.name !== undefined && ts.isIdentifier(node.name) ? node.name.text : undefined
  })
}

/** Inner names among the strings of a file that are values. */
function stringsOf(file: string): string[] {
  return found(file, (node) =>
    ts.isStringLiteralLike(node) && !ts.isLiteralTypeNode(node.parent) ? node.text : undefined,
  )
}

function found(path: string, nameOf: (node: ts.Node) => string | undefined): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    const name = nameOf(node)
    if (name !== undefined && Object.hasOwn(innerNames, name)) names.add(name)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return [...names]
}
