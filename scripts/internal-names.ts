/**
 * The names of members that only the engine itself sees: what is built has short ones in their place, the same in all of
 * its entry points (`scripts/build/short-names.json`). Writes that list anew from the sources; with `--check` it fails
 * for a name that anybody else may know by now.
 *
 * Known to others is every member of a declaration file, of the language and of lru-cache, and of the context of an error. What occurs as
 * a string may be looked up by it.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import ts from 'typescript'
import { root } from './workspace.ts'

const LIST = join(root, 'scripts/build/short-names.json')
/** Members of what platforms bring along. */
const PLATFORM = ['abort', 'aborted', 'addEventListener', 'cause', 'href', 'message', 'reason', 'removeEventListener']
const OF_SIGNALS = ['once', 'setImmediate', 'signal', 'stack', 'throwIfAborted', 'timeout', 'unref']
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const MIN_LENGTH = 3

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const known = new Set([...PLATFORM, ...OF_SIGNALS])
const uses = new Map<string, number>()
for (const path of declarations()) walk(path, noteDeclared)
for (const path of globSync('packages/core/src/**/*.ts', { cwd: root }).sort()) walk(join(root, path), noteUsed)

if (values.check) check()
else write()

function declarations(): string[] {
  const libraries = join(dirname(ts.getDefaultLibFilePath({})), 'lib.{es,decorators}*.d.ts')
  const built = globSync('packages/{contract,core}/dist/*.d.ts', { cwd: root }).map((path) => join(root, path))
  if (built.length === 0) throw new Error('There are no declarations. Run `pnpm build` first.')
  return [
    ...globSync(libraries),
    ...globSync('packages/core/node_modules/lru-cache/dist/esm/*.d.ts', { cwd: root }).map((path) => join(root, path)),
    ...built,
  ]
}

function check(): void {
  const names = Object.keys(JSON.parse(readFileSync(LIST, 'utf8')) as Readonly<Record<string, string>>)
  for (const name of names.filter((one) => known.has(one))) {
    console.error(
      `scripts/build/short-names.json: \`${name}\` is known to others. Run \`node scripts/internal-names.ts\`.`,
    )
    process.exitCode = 1
  }
}

function write(): void {
  const names = [...uses].filter(([name]) => name.length >= MIN_LENGTH && !known.has(name))
  names.sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1))
  const short = names.map(([name], index) => [name, shortName(index)])
  writeFileSync(LIST, `${JSON.stringify(Object.fromEntries(short), undefined, 2)}\n`)
}

/** One letter, or two with `_` before them, which no other member is called. */
function shortName(index: number): string {
  const letter = LETTERS[index % LETTERS.length] as string
  return index < LETTERS.length ? letter : `_${LETTERS[Math.floor(index / LETTERS.length) - 1]}${letter}`
}

function walk(path: string, note: (node: ts.Node) => void): void {
  const visit = (node: ts.Node): void => {
    note(node)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true))
}

function noteDeclared(node: ts.Node): void {
  if (ts.isStringLiteral(node)) known.add(node.text)
  const isMember = ts.isTypeElement(node) || ts.isClassElement(node)
  if (isMember && node.name !== undefined && ts.isIdentifier(node.name)) known.add(node.name.text)
}

function noteUsed(node: ts.Node): void {
  if (ts.isStringLiteral(node) && !ts.isLiteralTypeNode(node.parent)) known.add(node.text)
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.name)) {
    uses.set(node.name.text, (uses.get(node.name.text) ?? 0) + 1)
  }
  if (
    ts.isPropertyAssignment(node) &&
    node.name.getText() === 'context' &&
    ts.isObjectLiteralExpression(node.initializer)
  ) {
    for (const { name } of node.initializer.properties) if (name !== undefined) known.add(name.getText())
  }
}
