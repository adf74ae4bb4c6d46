/**
 * What the build for pages shortens is ours alone: not part of the types that users see, of the platform, of what the
 * sources name by a string, or of a module that is loaded by `import()`; and what takes its place is nobody's name yet.
 * Reads what was built.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { innerNames } from './build/inner-names.ts'
import { hasCondition, publicPackages, root } from './workspace.ts'

/** Names a node, or nothing. */
type NameOf = (node: ts.Node) => string | undefined

/** What others see of them is in their types: only what is there can be read or written by another package. */
const forPages = publicPackages().filter(({ manifest }) => hasCondition(manifest, 'production'))
const declarations = forPages.flatMap(({ dir }) => filesIn(dir, 'dist/*.d.ts'))
const sources = forPages.flatMap(({ dir }) => filesIn(dir, 'src/**/*.{ts,tsx}'))
const platform = filesIn(dirname(ts.getDefaultLibFilePath({})), 'lib.*.d.ts')
if (declarations.length === 0) throw new Error('Nothing was built. Run `pnpm build` first.')

const inner = new Set(Object.keys(innerNames))
const short = new Set(Object.values(innerNames))
const loadedLater = new Set(sources.flatMap(loadedBy))
const members = new Set(sources.flatMap((file) => namesIn(file, memberOf)))
const problems = [
  ...taken(declarations, memberOf, inner, 'is part of a type in'),
  ...taken(platform, memberOf, inner, 'belongs to the platform, by'),
  ...taken(sources, stringOf, inner, 'is a string in'),
  ...taken([...loadedLater], exportOf, inner, 'is an export of a module that is loaded later,'),
  ...taken([...sources, ...declarations], memberOf, short, 'is a member in'),
  ...[...inner].filter((name) => !members.has(name)).map((name) => `\`${name}\` is no member any more.`),
]
for (const problem of problems) console.error(`scripts/build/inner-names.ts: ${problem} Take it from the list.`)
process.exitCode = problems.length === 0 ? 0 : 1

function taken(files: readonly string[], nameOf: NameOf, names: ReadonlySet<string>, how: string): string[] {
  return files.flatMap((file) =>
    namesIn(file, nameOf)
      .filter((name) => names.has(name))
      .map((name) => `\`${name}\` ${how} ${relative(root, file)}.`),
  )
}

function filesIn(cwd: string, pattern: string): string[] {
  return globSync(pattern, { cwd }).map((path) => join(cwd, path))
}

/** The files that a file loads by `import()`. */
function loadedBy(file: string): string[] {
  const imports = readFileSync(file, 'utf8').matchAll(/\bimport\('(\.[^']+)'\)/g)
  return [...imports].map(([, path = '']) => join(dirname(file), path)).filter((path) => sources.includes(path))
}

function namesIn(path: string, nameOf: NameOf): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    const name = nameOf(node)
    if (name !== undefined) names.add(name)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return [...names]
}

/** A member that is declared, in a type too. */
function memberOf(node: ts.Node): string | undefined {
  const isMember = ts.isTypeElement(node) || ts.isClassElement(node) || ts.isObjectLiteralElement(node)
  return isMember && node.name !== undefined && ts.isIdentifier(node.name) ? node.name.text : undefined
}

/** A string that is a value. */
function stringOf(node: ts.Node): string | undefined {
  return ts.isStringLiteralLike(node) && !ts.isLiteralTypeNode(node.parent) ? node.text : undefined
}

function exportOf(node: ts.Node): string | undefined {
  if (ts.isExportSpecifier(node)) return node.name.text
  if (!ts.isFunctionDeclaration(node)) return undefined
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true ? node.name?.text : undefined
}
