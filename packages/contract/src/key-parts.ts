import { KeyError } from './errors.ts'
import { displayKey } from './key-display.ts'
import { encodeText } from './key-text.ts'

/**
 * An object whose type is an `interface`. The type of a class looks the same to the compiler, so it refuses functions, promises,
 * collections and what else has one of these members; `encodeKey` refuses instances of all classes but `Date`.
 */
export interface NoInstance {
  /** Of functions. */
  readonly apply?: never
  /** Of promises. */
  readonly then?: never
  /** Of regular expressions. */
  readonly exec?: never
  /** Of addresses. */
  readonly searchParams?: never
  /** Of maps, sets and typed arrays. */
  readonly [Symbol.iterator]?: never
  /** Of most classes of the platform. */
  readonly [Symbol.toStringTag]?: never
}

/** What an array key is made of. Numbers are told apart as in a `Map`: `-0` is `0`, and `NaN` is equal to itself. */
export type KeyPart =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | readonly KeyPart[]
  | { readonly [member: string]: KeyPart }
  | (object & NoInstance)

/** How deep arrays and objects may be nested in a key, the key itself included. */
const MAX_DEPTH = 32

/** The way from the key to the part at hand; kept for error messages, and to find cycles. */
interface Trail {
  readonly parent: Trail | undefined
  /** An array or an object of the key. */
  readonly container: object
  readonly depth: number
  /** Index or name of the member of `container` at hand. */
  member: number | string
}

/**
 * Encodes an array key in full length, parts joined with `:`.
 *
 * Each part ends where its own grammar says, so the text can be read back without doubt: the encoding is injective,
 * and one key begins with the parts of another exactly when its text does so up to a `:` or its end.
 */
export function encodeParts(parts: readonly KeyPart[]): string {
  if (parts.length === 0) {
    throw new KeyError(
      'ERR_KEY_EMPTY',
      "`key` must have at least one part, received []. Name what it is, as in ['user', 42].",
    )
  }
  let encoded = encodePart(parts, 0)
  for (let index = 1; index < parts.length; index++) encoded += `:${encodePart(parts, index)}`
  return encoded
}

function encodePart(parts: readonly KeyPart[], index: number): string {
  const part = parts[index]
  // The two usual types need no trail.
  if (typeof part === 'string') return encodeText(part)
  if (typeof part === 'number') return String(part)
  return encodeMember(part, { parent: undefined, container: parts, depth: 1, member: index })
}

function encodeMember(value: unknown, trail: Trail): string {
  switch (typeof value) {
    case 'string':
      return encodeText(value)
    case 'number': // String(-0) is '0'
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'bigint':
      return `${value}n`
    case 'object':
      return value === null ? 'null' : encodeObject(value, trail)
    default:
      return refuse(trail, `a ${typeof value}`, 'Use what identifies it: an id, a name, or plain data.')
  }
}

function encodeObject(value: object, trail: Trail): string {
  if (Array.isArray(value)) return encodeArray(value, enter(value, trail))
  if (isPlain(value)) return encodeRecord(value as Record<string, unknown>, enter(value, trail))
  const time = timeOf(value)
  if (time === undefined) {
    return refuse(
      trail,
      `an instance of \`${classOf(value)}\``,
      // A ref or a signal.
      'value' in value
        ? "Use its `value`, in a getter of the key where it may change: `() => ['city', id.value]`."
        : 'Use its id, or a plain object of what identifies it.',
    )
  }
  if (Number.isNaN(time)) return refuse(trail, 'an invalid date', 'Check it before it becomes part of a key.')
  return `@${time}`
}

function encodeArray(items: readonly unknown[], trail: Trail): string {
  let encoded = ''
  // By index and not by `map`, which would leave out holes: they count as `undefined`.
  for (let index = 0; index < items.length; index++) {
    trail.member = index
    encoded += (index === 0 ? '' : ',') + encodeMember(items[index], trail)
  }
  return `[${encoded}]`
}

function encodeRecord(record: Readonly<Record<string, unknown>>, trail: Trail): string {
  if (Object.getOwnPropertySymbols(record).length > 0) {
    refuse(trail.parent as Trail, 'an object with a symbol as a member name', 'Use strings as names.')
  }
  let encoded = ''
  for (const name of Object.keys(record).sort()) {
    trail.member = name
    encoded += `${encoded === '' ? '' : ','}${encodeText(name)}:${encodeMember(record[name], trail)}`
  }
  return `{${encoded}}`
}

function enter(container: object, parent: Trail): Trail {
  for (let outer: Trail | undefined = parent; outer !== undefined; outer = outer.parent) {
    if (outer.container === container) refuse(parent, 'a reference to an object around it', 'Use an id instead.')
  }
  const depth = parent.depth + 1
  if (depth > MAX_DEPTH) {
    const path = pathOf(parent)
    throw new KeyError(
      'ERR_KEY_DEPTH',
      `\`${path}\` is nested more than ${MAX_DEPTH} levels deep. Use only the members that identify the value.`,
      { context: { path } },
    )
  }
  return { parent, container, depth, member: 0 }
}

/** Objects of literals, of `JSON.parse` and of other realms, and those without a prototype. */
function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  // The Object.prototype of another realm, told apart from a class that extends null.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/** Time of a date of any realm, `undefined` for anything else; `instanceof` knows one realm and believes look-alikes. */
function timeOf(value: object): number | undefined {
  try {
    return Date.prototype.getTime.call(value)
  } catch {
    return undefined
  }
}

function classOf(value: object): string {
  const { constructor } = value
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'an unnamed class'
}

function refuse(trail: Trail, found: string, wayOut: string): never {
  const path = pathOf(trail)
  throw new KeyError('ERR_KEY_PART', `\`${path}\` cannot be part of a key, received ${found}. ${wayOut}`, {
    context: { path },
  })
}

/** Writes a trail as in code: `key[1].filter.owner`. */
function pathOf(trail: Trail): string {
  const { parent, member } = trail
  const before = parent === undefined ? 'key' : pathOf(parent)
  if (typeof member === 'number') return `${before}[${member}]`
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(member)
    ? `${before}.${displayKey(member)}`
    : `${before}[${displayKey(JSON.stringify(member))}]`
}
