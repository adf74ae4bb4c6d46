/**
 * Parameters as a part of a key. Injective: each value is written with its type and, where it has no fixed form, its
 * length, so that no two lists of parameters share a key. Values that a driver may turn into anything (objects of classes)
 * have no key.
 */
import type { Params } from '../driver/driver.ts'

/** Nesting beyond this has no key. */
const MAX_DEPTH = 8

/** The key of parameters, or `undefined` where there is none. */
export function paramsKey(params: Params): string | undefined {
  if (!Array.isArray(params)) return objectKey(params as Record<string, unknown>, 0)
  let key = ''
  for (let at = 0; at < params.length; at++) {
    const one = valueKey(params[at], 0)
    if (one === undefined) return undefined
    key += one
  }
  return key
}

function valueKey(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value};`
    case 'number':
      return Object.is(value, -0) ? 'n-0;' : `n${value};`
    case 'boolean':
      return value ? 't;' : 'f;'
    case 'bigint':
      return `i${value};`
    case 'undefined':
      return 'u;'
    case 'object':
      return value === null ? 'z;' : depth > MAX_DEPTH ? undefined : objectValueKey(value, depth)
    default:
      return undefined
  }
}

function objectValueKey(value: object, depth: number): string | undefined {
  if (value instanceof Uint8Array) {
    // A Buffer and a Uint8Array may be bound in different ways.
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return `${Buffer.isBuffer(value) ? 'b' : 'a'}${bytes.toString('base64')};`
  }
  if (value instanceof Date && Object.getPrototypeOf(value) === Date.prototype) return `d${value.getTime()};`
  if (Array.isArray(value)) {
    let key = `l${value.length}[`
    for (const item of value) {
      const one = valueKey(item, depth + 1)
      if (one === undefined) return undefined
      key += one
    }
    return `${key}];`
  }
  return objectKey(value as Record<string, unknown>, depth)
}

/** Members in their order, which JSON keeps. Plain objects alone: others have methods of their own. */
function objectKey(value: Record<string, unknown>, depth: number): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  if (typeof value['toJSON'] === 'function' || typeof value['toPostgres'] === 'function') return undefined
  const names = Object.keys(value)
  let key = `o${names.length}{`
  for (const name of names) {
    const one = valueKey(value[name], depth + 1)
    if (one === undefined) return undefined
    key += `${name.length}:${name}=${one}`
  }
  return `${key}};`
}

/** A copy that the caller does not change while the statement waits to be run; what has no key is kept as it is. */
export function copyOfParams(params: Params): Params {
  if (!Array.isArray(params)) return copyOfParam(params) as Params
  // Most lists hold nothing that can be changed.
  const copy = params.slice()
  for (let at = 0; at < copy.length; at++) if (typeof copy[at] === 'object') copy[at] = copyOfParam(copy[at])
  return copy
}

/** What is nested too deeply, as what contains itself, has no key, and the driver gets it as it is. */
function copyOfParam(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Uint8Array.prototype) return (value as Uint8Array).slice()
  if (prototype === Date.prototype) return new Date((value as Date).getTime())
  if (Array.isArray(value)) return value.map((item) => copyOfParam(item, depth + 1))
  if (prototype !== Object.prototype && prototype !== null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOfParam(member, depth + 1)]))
}
