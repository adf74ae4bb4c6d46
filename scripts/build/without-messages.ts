/**
 * Leaves the messages of errors out of a build: for pages, where they are a fifth of the bytes and nobody reads them.
 * An error keeps its code and its context, and says where the rest is written (see `messages.production.ts` in
 * `packages/contract`). Who gets this build: docs/decisions/015-messages-in-pages.md.
 */
import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** Arguments that are left out where they are nothing but words, by the function that they are given to. */
const WORDS: Readonly<Record<string, readonly number[]>> = {
  refuse: [0, 1, 2],
  writing: [0],
  wrong: [0],
  '#found': [0, 1],
  // What was called that threw: `callbackError` has no use for it there.
  '.guard': [0],
  '.threw': [0],
}
/** Those that only a message needs, whatever they are. */
const FOR_MESSAGES: Readonly<Record<string, readonly number[]>> = {
  callbackError: [0, 1],
  meaningfulName: [1],
  mustBe: [1, 2, 3],
  quantityMessage: [1, 2, 3],
  requiredFunction: [2],
  requiredString: [2],
  unusable: [1],
  wrongOption: [1, 2, 3],
}

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

/** A source without messages: they are left out at the end of a call, and empty before another argument. */
export function stripped(source: string): string {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true)
  const cuts: Cut[] = []
  const visit = (node: ts.Node): void => {
    const messages = messagesOf(node)
    cuts.push(...cutsOf(node, messages))
    // What is inside of a message goes with it.
    ts.forEachChild(node, (child) => (messages.includes(child) ? undefined : visit(child)))
  }
  visit(file)
  let text = source
  // From the end, so that positions stay right.
  for (const { from, to, put } of cuts.toSorted((one, other) => other.from - one.from)) {
    text = text.slice(0, from) + put + text.slice(to)
  }
  return text
}

/** What takes the place of a part of the source. */
interface Cut {
  readonly from: number
  readonly to: number
  readonly put: string
}

function cutsOf(node: ts.Node, messages: readonly ts.Node[]): Cut[] {
  const given = isCall(node) ? node.arguments : undefined
  const isMessage = (argument: ts.Node): boolean => messages.includes(argument)
  const end = given?.findLastIndex((argument) => !isMessage(argument)) ?? -1
  const isLast = (message: ts.Node): boolean => given !== undefined && given.indexOf(message as ts.Expression) > end
  const cuts = messages.filter((message) => !isLast(message))
  const emptied = cuts.map((message) => ({ from: message.getStart(), to: message.getEnd(), put: "''" }))
  if (given === undefined || !messages.some(isLast)) return emptied
  // With the comma before, and one that may follow.
  return [...emptied, { from: given[end]?.getEnd() ?? given.pos, to: given.end, put: '' }]
}

function isCall(node: ts.Node): node is ts.NewExpression | ts.CallExpression {
  return ts.isNewExpression(node) || ts.isCallExpression(node)
}

/** `new LogError('ERR_LOG_CROWDED', message, …)`, calls that are given words, and constants that hold them. */
function messagesOf(node: ts.Node): readonly ts.Node[] {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text.endsWith('Error')) {
    const [code, message] = node.arguments ?? []
    const isOurs = code !== undefined && isCode(code)
    return isOurs && message !== undefined && isWords(message) ? [message] : []
  }
  if (ts.isCallExpression(node)) {
    const text = nameOf(node.expression)
    const words = argumentsAt(node, WORDS[text]).filter((word) => isWords(word) || isConstant(word))
    return [...words, ...argumentsAt(node, FOR_MESSAGES[text])]
  }
  if (ts.isVariableDeclaration(node) && node.initializer !== undefined) return wordsOf(node, node.initializer)
  return []
}

/** Of a function, of a private method (`#found`), or of another one (`.guard`). */
function nameOf(called: ts.Expression): string {
  if (ts.isIdentifier(called)) return called.text
  if (!ts.isPropertyAccessExpression(called)) return ''
  return ts.isPrivateIdentifier(called.name) ? called.name.text : `.${called.name.text}`
}

function argumentsAt(call: ts.CallExpression, places: readonly number[] = []): readonly ts.Expression[] {
  return places.flatMap((place) => call.arguments[place] ?? [])
}

/** What to do instead, and examples in tables of options. */
function wordsOf({ name, type }: ts.VariableDeclaration, initializer: ts.Expression): readonly ts.Node[] {
  if (name.getText().endsWith('WAY_OUT')) return isWords(initializer) ? [initializer] : []
  const isTable = type !== undefined && /^(?:OptionTable|Own)</.test(type.getText())
  if (!isTable || !ts.isObjectLiteralExpression(initializer)) return []
  return initializer.properties.flatMap((option) =>
    ts.isPropertyAssignment(option) && isWords(option.initializer) ? [option.initializer] : [],
  )
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
  if (ts.isConditionalExpression(node)) return isWords(node.whenTrue) && isWords(node.whenFalse)
  return ts.isStringLiteral(node) || ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)
}
