/**
 * Values as structured clones. Most are stored as they are; in those that have a part that IndexedDB would refuse or keep
 * only in part, such as a URL or the members of an error, that part is wrapped, in shallow copies of what it is in.
 *
 * Invariant: it refuses nothing that `checkValue` lets pass, and what that refuses too, save strings that only bytes could not
 * express. Where and why is left to `checkValue`; to keep track of the path would cost each value.
 */
import {
  MAX_DEPTH,
  MAX_OBJECTS,
  type ValueKind,
  checkValue,
  errorClassOf,
  isAsNamed,
  isDetached,
  kindOf,
  restoreError,
  storedErrorMembers,
  unstorable,
} from '@hotpath/contract/values'

/** The name by which a wrapped part is known; an object that has a member of this name is wrapped too. */
const WRAPPED = '$hotpath'

/** What each part costs beside its content, about. */
const PART_BYTES = 8

/** What IndexedDB is given of a value. */
export interface Clonable {
  readonly value: unknown
  /** Whether parts of it are wrapped, so that `restore` has to look for them. */
  readonly isWrapped: boolean
  /** An estimate. */
  readonly bytes: number
}

type Members = Readonly<Record<string, unknown>>

/** @throws CodecError `ERR_CODEC_VALUE` that names the path to what cannot be stored. */
export function toClonable(value: unknown): Clonable {
  const walk = new Walk()
  try {
    return { value: walk.of(value), isWrapped: walk.isWrapped, bytes: walk.bytes }
  } catch (error) {
    // It says where and why.
    checkValue(value)
    throw unstorable('value', 'not the same each time it is read', 'Store plain data.', error)
  }
}

/** What cannot be stored; `checkValue` says why. A cycle is a value that is nested too deep. */
class Unstorable extends Error {}

class Walk {
  isWrapped = false
  bytes = 0
  #depth = 0
  #objects = 0

  of(value: unknown): unknown {
    this.bytes += PART_BYTES
    switch (typeof value) {
      case 'string':
        this.bytes += value.length
        return value
      case 'object':
        return value === null ? null : this.#object(value)
      case 'function':
      case 'symbol':
        throw new Unstorable()
      default:
        return value
    }
  }

  #object(value: object): object {
    if (++this.#depth > MAX_DEPTH || ++this.#objects > MAX_OBJECTS) throw new Unstorable()
    const kind = kindOf(value)
    const stored =
      kind === 'object'
        ? this.#plain(value as Members)
        : kind === 'array'
          ? this.#array(value as readonly unknown[])
          : this.#special(value, kind)
    this.#depth--
    return stored
  }

  #plain(value: Members): object {
    const names = Object.keys(value)
    if (!isAsNamed(value, names) || names.includes('__proto__')) throw new Unstorable()
    refuseSymbols(value)
    const stored = this.#members(value, names)
    return Object.hasOwn(value, WRAPPED) ? this.#wrap('object', stored) : stored
  }

  #members(value: Members, names: readonly string[]): object {
    let copy: Record<string, unknown> | undefined
    for (const name of names) {
      this.bytes += name.length
      const member = value[name]
      const stored = this.of(member)
      if (!Object.is(stored, member)) (copy ??= { ...value })[name] = stored
    }
    return copy ?? value
  }

  #array(value: readonly unknown[]): readonly unknown[] {
    // Members that are no items would be lost.
    if (Object.keys(value).length !== value.length) throw new Unstorable()
    refuseSymbols(value)
    return this.#items(value)
  }

  #items(items: readonly unknown[]): readonly unknown[] {
    let copy: unknown[] | undefined
    for (const [index, item] of items.entries()) {
      const stored = this.of(item)
      if (!Object.is(stored, item)) (copy ??= [...items])[index] = stored
    }
    return copy ?? items
  }

  #special(value: object, kind: ValueKind | undefined): object {
    switch (kind) {
      case 'error':
        refuseSymbols(value)
        return this.#error(value as Error)
      case 'url':
        return this.#wrap('url', this.of((value as URL).href))
      case 'typed array':
        return this.#typedArray(value as Uint8Array)
      default:
        if (Object.keys(value).length > 0) throw new Unstorable()
        return this.#container(value, kind)
    }
  }

  #container(value: object, kind: ValueKind | undefined): object {
    switch (kind) {
      case 'map':
        return this.#map(value as ReadonlyMap<unknown, unknown>)
      case 'set':
        return this.#set(value as ReadonlySet<unknown>)
      case 'date':
      case 'regexp':
        return value
      case 'buffer':
        if (isDetached(value as ArrayBuffer)) throw new Unstorable()
        this.bytes += (value as ArrayBuffer).byteLength
        return value
      default:
        throw new Unstorable()
    }
  }

  /** Of a part of a buffer the clone would be the whole buffer; and a shared one cannot be cloned. */
  #typedArray(value: Uint8Array): object {
    const { buffer, byteLength } = value
    if (isDetached(buffer)) throw new Unstorable()
    this.bytes += byteLength
    const isWhole =
      byteLength === buffer.byteLength && Object.prototype.toString.call(buffer) === '[object ArrayBuffer]'
    return isWhole ? value : value.slice()
  }

  /** IndexedDB keeps a name and a message, and each browser something else of the rest. */
  #error(error: Error): object {
    const members = storedErrorMembers(error)
    return this.#wrap('error', [errorClassOf(error), this.#members(members, Object.keys(members))])
  }

  #map(map: ReadonlyMap<unknown, unknown>): object {
    const keys = [...Map.prototype.keys.call(map)]
    const members = [...Map.prototype.values.call(map)]
    const [storedKeys, storedMembers] = [this.#items(keys), this.#items(members)]
    if (storedKeys === keys && storedMembers === members) return map
    return new Map(storedKeys.map((key, index) => [key, storedMembers[index]]))
  }

  #set(set: ReadonlySet<unknown>): object {
    const members = [...Set.prototype.values.call(set)]
    const stored = this.#items(members)
    return stored === members ? set : new Set(stored)
  }

  #wrap(type: 'object' | 'url' | 'error', content: unknown): object {
    this.isWrapped = true
    return { [WRAPPED]: type, content }
  }
}

function refuseSymbols(value: object): void {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) throw new Unstorable()
  }
}

/**
 * Puts the parts of a clone back that were wrapped; the clone is changed.
 *
 * @throws TypeError for what was not made by `toClonable`.
 */
export function restore(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null) return stored
  if (Array.isArray(stored)) {
    for (const [index, item] of stored.entries()) stored[index] = restore(item)
    return stored
  }
  if (stored instanceof Map) return new Map([...stored].map(([key, member]) => [restore(key), restore(member)]))
  if (stored instanceof Set) return new Set([...stored].map(restore))
  if (Object.getPrototypeOf(stored) !== Object.prototype) return stored
  return Object.hasOwn(stored, WRAPPED) ? unwrap(stored as Record<string, unknown>) : restoreMembers(stored)
}

function unwrap({ [WRAPPED]: type, content }: Record<string, unknown>): unknown {
  if (type === 'url') return new URL(String(content))
  if (typeof content !== 'object' || content === null) throw new TypeError('a wrapped part has no content')
  if (type === 'object') return restoreMembers(content)
  if (type === 'error') return restoreError(restore(content))
  throw new TypeError('a wrapped part is of no known type')
}

function restoreMembers(stored: object): object {
  const members = stored as Record<string, unknown>
  for (const name of Object.keys(members)) members[name] = restore(members[name])
  return members
}
