/** Values that a statement compares a key with, and rows by their key. */
import { isName } from '../statement/tokens.ts'

/** What a key is compared with: a value in the statement, or a parameter by its index or name. */
export type Operand =
  | { readonly type: 'literal'; readonly value: string }
  | { readonly type: 'parameter'; readonly name: number | string }

/** Parameters as drivers take them: in order or by name. Names may be those of an interface, which has no index signature. */
export type Params = readonly unknown[] | object

const CASTS = /^(?:smallint|int|integer|bigint|int2|int4|int8|uuid)$/

/** The operand that tokens are, if they are one. */
export function operandOf(tokens: readonly string[]): Operand | undefined {
  const [token = '', ...cast] = tokens
  if (cast.length > 0 && !isCast(cast)) return undefined
  if (/^\d+$/.test(token)) return { type: 'literal', value: token }
  if (token.startsWith("'")) return { type: 'literal', value: token.slice(1) }
  if (/^\?\d/.test(token)) return { type: 'parameter', name: Number(token.slice(1)) }
  if (token.startsWith(':') && token.length > 1) return { type: 'parameter', name: token.slice(1) }
  return undefined
}

/** `::bigint`, `::uuid[]`. */
function isCast(tokens: readonly string[]): boolean {
  const [first, second, type = '', ...rest] = tokens
  return first === ':' && second === ':' && isName(type) && CASTS.test(type) && /^(?:\[\])?$/.test(rest.join(''))
}

/** Keys of rows as tags have them; `undefined`: what is given may be equal to other keys than it looks like. */
export function rowKeys(
  operands: readonly Operand[],
  params: Params,
  type: 'integer' | 'uuid',
  maxDigits: number,
): readonly string[] | undefined {
  const only = operands.length === 1 ? valueOf(operands[0] as Operand, params) : undefined
  // The usual one: a row by its key.
  if (typeof only === 'number' || typeof only === 'string') {
    const key = keyOf(only, type, maxDigits)
    return key === undefined ? undefined : [key]
  }
  const keys = new Set<string>()
  for (const operand of operands) {
    const value = valueOf(operand, params)
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      const key = keyOf(one, type, maxDigits)
      if (key === undefined) return undefined
      keys.add(key)
    }
  }
  return [...keys]
}

function valueOf(operand: Operand, params: Params): unknown {
  return operand.type === 'literal' ? operand.value : parameter(params, operand.name)
}

function keyOf(value: unknown, type: 'integer' | 'uuid', maxDigits: number): string | undefined {
  return type === 'integer' ? integerKey(value, maxDigits) : uuidKey(value)
}

function parameter(params: Params, name: number | string): unknown {
  if (typeof name === 'number') return Array.isArray(params) ? (params as readonly unknown[])[name] : undefined
  if (Array.isArray(params)) return undefined
  const byName = params as Readonly<Record<string, unknown>>
  const spelled = [name, `:${name}`, `@${name}`, `$${name}`].find((one) => Object.hasOwn(byName, one))
  return spelled === undefined ? undefined : byName[spelled]
}

function integerKey(value: unknown, maxDigits: number): string | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && fits(String(value), maxDigits) ? String(value) : undefined
  if (typeof value === 'bigint') return fits(String(value), maxDigits) ? String(value) : undefined
  if (typeof value !== 'string' || value.length > 40 || !/^[+-]?\d+$/.test(value) || !fits(value, maxDigits))
    return undefined
  return String(BigInt(value))
}

function fits(digits: string, maxDigits: number): boolean {
  return digits.length <= maxDigits + (/^[+-]/.test(digits) ? 1 : 0)
}

function uuidKey(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)) return undefined
  return value.toLowerCase()
}
