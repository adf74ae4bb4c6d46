/**
 * Looks a value over before msgpackr writes it. Of most parts nothing is changed; those that msgpackr would write as
 * something else are replaced in shallow copies of what they are in: `-0`, errors, URLs, containers of another realm, and
 * objects whose names are data rather than structure.
 *
 * Invariant: it refuses what `checkValue` refuses, but does not say where and why; to keep track of the path would cost
 * each value. A cycle is a value that is nested too deep. Whatever has getters is read twice, here and by msgpackr.
 */
import {
  MAX_DEPTH,
  MAX_OBJECTS,
  type ValueKind,
  errorClassOf,
  isAsNamed,
  isDetached,
  isWellFormed,
  kindOf,
  storedErrorMembers,
} from '@hotpath/contract/values'
import { Dictionary, NegativeZero, StoredError, StoredUrl } from './extensions.ts'
import { StructureList } from './structures.ts'

type Members = Readonly<Record<string, unknown>>

export class PackableValue {
  /** Of the value that was looked over last. */
  structures: StructureList
  #none = new StructureList()
  #depth = 0
  #objects = 0

  constructor() {
    this.structures = this.#none
  }

  /**
   * @returns what msgpackr is to write; the value itself where that is the same.
   * @throws Error of any kind for what cannot be stored.
   */
  of(value: unknown): unknown {
    this.structures = this.#none
    this.#depth = 0
    this.#objects = 0
    return this.#value(value)
  }

  /** Forgets the structures of all values until now. */
  forget(): void {
    this.#none = new StructureList()
  }

  #value(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        if (!isWellFormed(value)) throw new Unstorable()
        return value
      case 'number':
        return Object.is(value, -0) ? new NegativeZero() : value
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
    const packable =
      kind === 'object'
        ? this.#plain(value as Members)
        : kind === 'array'
          ? this.#array(value as readonly unknown[])
          : this.#special(value, kind)
    this.#depth--
    return packable
  }

  #plain(value: Members): object {
    const names = Object.keys(value)
    if (!isAsNamed(value, names)) throw new Unstorable()
    refuseSymbols(value)
    return this.#members(value, names)
  }

  #members(value: Members, names: readonly string[]): object {
    const structures = this.structures.with(names)
    if (structures !== undefined) this.structures = structures
    let copy: Record<string, unknown> | undefined
    for (const name of names) {
      const member = value[name]
      const packable = this.#value(member)
      if (!Object.is(packable, member)) (copy ??= { ...value })[name] = packable
    }
    return structures === undefined ? this.#dictionary(copy ?? value, names) : (copy ?? value)
  }

  #dictionary(value: Members, names: readonly string[]): Dictionary {
    for (const name of names) if (name === '__proto__' || !isWellFormed(name)) throw new Unstorable()
    return new Dictionary(new Map(names.map((name) => [name, value[name]])))
  }

  #array(value: readonly unknown[]): readonly unknown[] {
    // Members that are no items would be lost.
    if (Object.keys(value).length !== value.length) throw new Unstorable()
    refuseSymbols(value)
    return this.#items(value)
  }

  #items(items: readonly unknown[]): readonly unknown[] {
    let copy: unknown[] | undefined
    for (let index = 0; index < items.length; index++) {
      const item = items[index]
      // Only 0 has a sign that would be lost.
      if (typeof item === 'number' && item !== 0) continue
      if (item === undefined && !(index in items)) throw new Unstorable()
      const packable = this.#value(item)
      if (!Object.is(packable, item)) (copy ??= [...items])[index] = packable
    }
    return copy ?? items
  }

  #special(value: object, kind: ValueKind | undefined): object {
    const hasOwnMembers = kind === 'error' || kind === 'typed array' || kind === 'url'
    if (!hasOwnMembers && Object.keys(value).length > 0) throw new Unstorable()
    switch (kind) {
      case 'map':
        return this.#map(value as ReadonlyMap<unknown, unknown>)
      case 'set':
        return this.#set(value as ReadonlySet<unknown>)
      case 'date':
        return value instanceof Date ? value : new Date(Date.prototype.getTime.call(value))
      case 'regexp':
        if (!isWellFormed((value as RegExp).source)) throw new Unstorable()
        return value instanceof RegExp ? value : new RegExp((value as RegExp).source, (value as RegExp).flags)
      case 'url':
        return new StoredUrl((value as URL).href)
      case 'error':
        refuseSymbols(value)
        return this.#error(value as Error)
      case 'buffer':
        if (isDetached(value as ArrayBuffer)) throw new Unstorable()
        return value instanceof ArrayBuffer ? value : new Uint8Array(value as ArrayBuffer).slice().buffer
      case 'typed array':
        if (isDetached((value as ArrayBufferView).buffer)) throw new Unstorable()
        return value instanceof TypedArray ? value : typedArrayHere(value as ForeignTypedArray)
      default:
        throw new Unstorable()
    }
  }

  #error(error: Error): StoredError {
    const members = storedErrorMembers(error)
    return new StoredError([errorClassOf(error), this.#members(members, Object.keys(members))])
  }

  #map(map: ReadonlyMap<unknown, unknown>): object {
    const keys = [...Map.prototype.keys.call(map)]
    const members = [...Map.prototype.values.call(map)]
    const [packableKeys, packableMembers] = [this.#items(keys), this.#items(members)]
    if (packableKeys === keys && packableMembers === members && map instanceof Map) return map
    return new Map(packableKeys.map((key, index) => [key, packableMembers[index]]))
  }

  #set(set: ReadonlySet<unknown>): object {
    const members = [...Set.prototype.values.call(set)]
    const packable = this.#items(members)
    return packable === members && set instanceof Set ? set : new Set(packable)
  }
}

/** What cannot be stored; `checkValue` says where it is and why. */
class Unstorable extends Error {}

function refuseSymbols(value: object): void {
  const symbols = Object.getOwnPropertySymbols(value)
  if (symbols.length === 0) return
  for (const symbol of symbols) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) throw new Unstorable()
  }
}

type ForeignTypedArray = ArrayBufferView & { readonly [Symbol.toStringTag]: 'Uint8Array' }

/** What all typed arrays of this realm are instances of. */
const TypedArray = Object.getPrototypeOf(Uint8Array) as abstract new () => ArrayBufferView

/** The same bytes in a typed array of this realm. */
function typedArrayHere(view: ForeignTypedArray): object {
  const { [view[Symbol.toStringTag]]: Type } = globalThis
  return new Type(view.buffer, view.byteOffset, view.byteLength / Type.BYTES_PER_ELEMENT)
}
