/**
 * Leaves the messages of errors out of a build: for pages, where they are a fifth of the bytes and nobody reads them.
 * An error keeps its code and its context, and says where the rest is written (see `messages.production.ts` in
 * `packages/contract`). Who gets this build: docs/decisions/015-messages-in-pages.md.
 */
import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** Arguments that are nothing but words, by the function that they are given to. */
const WORDS: Readonly<Record<string, readonly number[]>> = { refuse: [0, 1, 2], writing: [0], wrongOption: [1, 3] }

/** The esbuild plugin. */
export function withoutMessages(): Plugin {
  return {
    name: 'without-messages',
    setup(build) {
      build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        const shorter = path.replace(/\.ts$/, '.production.ts')
        const source = readFileSync(existsSync(shorter) ? shorter : path, 'utf8')
        return { contents: stripped(source), loader: 'ts' }
      })
    },
  }
}

/** A source with empty texts in the place of messages. */
export function stripped(source: string): string {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true)
  const messages: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    const own = messagesOf(node)
    messages.push(...own)
    // What is inside of a message goes with it.
    ts.forEachChild(node, (child) => (own.includes(child) ? undefined : visit(child)))
  }
  visit(file)
  // From the end, so that positions stay right.
  let text = source
  for (const node of messages.toReversed()) {
    text = `${text.slice(0, node.getStart())}''${text.slice(node.getEnd())}`
  }
  return text
}

/** `new LogError('ERR_LOG_CROWDED', message, …)`, and calls that are given words. */
function messagesOf(node: ts.Node): readonly ts.Node[] {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text.endsWith('Error')) {
    const [code, message] = node.arguments ?? []
    const isOurs = code !== undefined && isCode(code)
    return isOurs && message !== undefined && isWords(message) ? [message] : []
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const places = WORDS[node.expression.text] ?? []
    return places.flatMap((place) => node.arguments[place] ?? []).filter((word) => isWords(word) || isConstant(word))
  }
  return []
}

function isCode(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'code'
  if (ts.isConditionalExpression(node)) return isCode(node.whenTrue) && isCode(node.whenFalse)
  return ts.isStringLiteral(node) ? node.text.startsWith('ERR_') : ts.isIdentifier(node) && node.text === 'code'
}

/** The name of a constant, such as `WAY_OUT`. */
function isConstant(node: ts.Node): boolean {
  return ts.isIdentifier(node) && /^[A-Z_]+$/.test(node.text)
}

/** Literal texts, and what joins them. */
function isWords(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node)) return isWords(node.left) || isWords(node.right)
  return ts.isStringLiteral(node) || ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)
}
