/** The shape of a statement: what is left of it without values, comments and spelling. */
import type { Dialect } from './dialect.ts'
import { isName } from './tokens.ts'

/** Longer shapes are cut, and end with a checksum. */
const MAX_LENGTH = 2_000

/** The shape, from the tokens of a text: literals and parameters are `?`, a list of them is one. */
export function fingerprintOf(tokens: readonly string[], dialect: Dialect): string {
  const shapes: string[] = []
  let isValues = false
  for (let index = 0; index < tokens.length - 1; index++) {
    const token = tokens[index]!
    const last = shapes.at(-1) ?? ''
    if (token === '(') isValues = /^(?:in|values|,)$/.test(last) && (isValues || last !== ',')
    const mayBeString = dialect === 'sqlite' && tokens[index + 1] !== '.' && (isValues || /^[=<>]$|^like$/.test(last))
    const shape = shapeOf(token, last, mayBeString)
    // `?, ?` is `?`, and `(?), (?)` is `(?)`.
    if (shape === '?' && last === ',' && shapes.at(-2) === '?') shapes.pop()
    else if (shape === ')' && shapes.slice(-6).join('') === '(?),(?') shapes.length -= 3
    else shapes.push(shape)
  }
  return shortened(spaced(shapes))
}

function shapeOf(token: string, last: string, mayBeString: boolean): string {
  if (/^(?:'|\.?\d|[?:].)/.test(token)) return '?'
  if (/^(?:null|true|false)$/.test(token) && (last === '(' || last === ',')) return '?'
  if (!token.startsWith('"')) return token
  if (mayBeString) return '?'
  const name = token.slice(1)
  return /^[a-z_][\w$]*$/.test(name) ? name : `"${name}"`
}

function spaced(shapes: readonly string[]): string {
  let text = ''
  let last = '('
  for (const shape of shapes) {
    const isTight = /^[(.]$/.test(last) || /^[),.;]$/.test(shape) || (isOperator(last) && isOperator(shape))
    text += isTight ? shape : ` ${shape}`
    last = shape
  }
  return text
}

function isOperator(shape: string): boolean {
  return !isName(shape) && !/^[?(),]$/.test(shape)
}

function shortened(text: string): string {
  if (text.length <= MAX_LENGTH) return text
  let sum = 0x811c9dc5
  // FNV-1a.
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193)
  return `${text.slice(0, MAX_LENGTH)} … ${(sum >>> 0).toString(16)}`
}
