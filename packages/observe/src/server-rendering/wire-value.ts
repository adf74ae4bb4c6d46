/**
 * Values as JSON, with the types that JSON does not have. A plain object with the member `$` is one of those, or one that has
 * that member itself.
 */

const MAX_DEPTH = 100
/** What a name costs beside its letters. */
const QUOTED = '"":'.length

/** A value that cannot be sent, or that nobody sends. It reaches nobody, so it says nothing. */
export class WireError extends Error {}

type Kind = 'bigint' | 'date' | 'map' | 'number' | 'object' | 'set' | 'undefined' | 'url'

/** Room for what is written, in bytes. */
export interface Room {
  bytes: number
}

/** There is no room for a value. */
export class NoRoomError extends Error {}

/**
 * What JSON takes for a value.
 *
 * @param room - What is written takes it; values that are met again and again take it each time.
 * @throws WireError for one that no JSON says; NoRoomError.
 */
export function toWire(value: unknown, room: Room = { bytes: Number.POSITIVE_INFINITY }, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new WireError()
  room.bytes -= typeof value === 'string' ? value.length : 1
  if (room.bytes < 0) throw new NoRoomError()
  const inner = (one: unknown): unknown => toWire(one, room, depth + 1)
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : wire('number', Object.is(value, -0) ? '-0' : `${value}`)
    case 'bigint':
      return wire('bigint', String(value))
    case 'undefined':
      return wire('undefined', 0)
    case 'object':
      break
    default:
      throw new WireError()
  }
  if (value === null) return null
  if (Array.isArray(value)) return Array.from(value, inner)
  if (value instanceof Date) return wire('date', value.getTime())
  if (value instanceof Map)
    return wire(
      'map',
      Array.from(value, (pair) => pair.map(inner)),
    )
  if (value instanceof Set) return wire('set', Array.from(value, inner))
  if (value instanceof URL) return wire('url', value.href)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new WireError()
  const members = Object.entries(value).map(([name, member]) => {
    room.bytes -= name.length + QUOTED
    return [safeName(name), inner(member)] as const
  })
  return Object.hasOwn(value, '$') ? wire('object', members) : Object.fromEntries(members)
}

/** The value that JSON stands for. @throws WireError for what `toWire` never makes. */
export function fromWire(sent: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new WireError()
  if (typeof sent !== 'object' || sent === null) return sent
  const inner = (one: unknown): unknown => fromWire(one, depth + 1)
  if (Array.isArray(sent)) return sent.map(inner)
  if (Object.hasOwn(sent, '$')) return special((sent as { readonly $: unknown }).$, inner)
  return objectOf(Object.entries(sent), inner)
}

function wire(kind: Kind, content: unknown): { readonly $: readonly [Kind, unknown] } {
  return { $: [kind, content] }
}

function special(tagged: unknown, inner: (one: unknown) => unknown): unknown {
  const [kind, content] = (Array.isArray(tagged) ? tagged : []) as [Kind?, unknown?]
  switch (kind) {
    case 'number':
      return Number(content)
    case 'bigint':
      return typeof content === 'string' && /^-?\d{1,10000}$/.test(content) ? BigInt(content) : unknown()
    case 'undefined':
      return undefined
    case 'date':
      return new Date(typeof content === 'number' ? content : Number.NaN)
    case 'map':
      return new Map(pairsOf(content).map(([key, value]) => [inner(key), inner(value)]))
    case 'set':
      return new Set(listOf(content).map(inner))
    case 'url':
      return URL.canParse(String(content)) ? new URL(String(content)) : unknown()
    case 'object':
      return objectOf(pairsOf(content), inner)
    case undefined:
      return unknown()
  }
  return unknown()
}

/** Made by definition, never by assignment, which would call the setter of a prototype. */
function objectOf(members: readonly (readonly unknown[])[], inner: (one: unknown) => unknown): object {
  return Object.fromEntries(members.map(([name, member]) => [safeName(String(name)), inner(member)]))
}

/** A member of this name harms nobody here, but whoever copies it by assignment. */
function safeName(name: string): string {
  if (name === '__proto__') throw new WireError()
  return name
}

function listOf(content: unknown): readonly unknown[] {
  return Array.isArray(content) ? content : unknown()
}

function pairsOf(content: unknown): readonly (readonly unknown[])[] {
  const pairs = listOf(content)
  return pairs.every((pair) => Array.isArray(pair)) ? pairs : unknown()
}

function unknown(): never {
  throw new WireError()
}
