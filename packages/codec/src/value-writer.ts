/**
 * Writes a value as MessagePack. Its own writer, so that nothing of a value is guessed: what an object is says `kindOf`,
 * and what is written is what `WireCheck` lets pass and msgpackr reads.
 *
 * Invariant: it refuses what `checkValue` refuses, but does not say where and why; to look for that beforehand would
 * cost as much as to write. A cycle is a value that is nested too deep.
 *
 * Objects are written as the number of their structure and the values of their members, see `structures.ts`; those with
 * very many names, whose names are data rather than structure, as a map under an extension type.
 */
import { MAX_DEPTH, MAX_OBJECTS, type ValueKind, isWellFormed, kindOf } from '@hotpath/contract/values'
import { classOf, membersOf } from './stored-error.ts'
import { DICTIONARY_TYPE, ERROR_TYPE, REGEXP_TYPE, SET_TYPE, TYPED_ARRAYS, URL_TYPE } from './wire-types.ts'
import { FIRST_RECORD, type Structure, StructureList } from './structures.ts'
import { TokenWriter } from './token-writer.ts'

export class ValueWriter {
  readonly #out = new TokenWriter()
  readonly #structures = new StructureList()
  #depth = 0
  #objects = 0

  /**
   * @returns a copy, with the structures in front.
   * @throws Error of any kind for what cannot be stored.
   */
  write(value: unknown): Uint8Array {
    this.#depth = 0
    this.#objects = 0
    this.#structures.clear()
    try {
      this.#value(value)
      return this.#out.take(this.#structures.front())
    } finally {
      this.#out.clear()
    }
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.#string(value)
      case 'number':
        return this.#out.number(value)
      case 'object':
        return value === null ? this.#out.byte(0xc0) : this.#object(value)
      case 'boolean':
        return this.#out.byte(value ? 0xc3 : 0xc2)
      case 'undefined':
        return this.#out.extension(0, 0)
      case 'bigint':
        return this.#out.bigint(value)
      default:
        throw new Unstorable()
    }
  }

  #object(value: object): void {
    if (++this.#depth > MAX_DEPTH || ++this.#objects > MAX_OBJECTS) throw new Unstorable()
    const kind = kindOf(value)
    if (kind === 'object') this.#members(value as Readonly<Record<string, unknown>>)
    else if (kind === 'array') {
      // Members that are no items would be lost.
      if (Object.keys(value).length !== (value as unknown[]).length) throw new Unstorable()
      refuseSymbols(value)
      this.#list(value as readonly unknown[])
    } else this.#special(value, kind)
    this.#depth--
  }

  #special(value: object, kind: ValueKind | undefined): void {
    const hasOwnMembers = kind === 'error' || kind === 'typed array' || kind === 'url'
    if (!hasOwnMembers && Object.keys(value).length > 0) throw new Unstorable()
    switch (kind) {
      case 'map':
        return this.#map(Map.prototype.entries.call(value), (value as Map<unknown, unknown>).size)
      case 'set':
        this.#out.extension(SET_TYPE)
        return this.#list([...Set.prototype.values.call(value)])
      case 'date':
        return this.#out.date(Date.prototype.getTime.call(value))
      case 'regexp':
        this.#out.extension(REGEXP_TYPE)
        return this.#list([(value as RegExp).source, (value as RegExp).flags])
      case 'url':
        this.#out.extension(URL_TYPE)
        return this.#value((value as URL).href)
      case 'error':
        refuseSymbols(value)
        this.#out.extension(ERROR_TYPE)
        this.#list([classOf(value)], 2)
        return this.#members(membersOf(value as Error))
      case 'buffer':
        return this.#out.typedArray(TYPED_ARRAYS.indexOf('ArrayBuffer'), new Uint8Array(value as ArrayBuffer))
      case 'typed array':
        return this.#typedArray(value as ArrayBufferView & { readonly [Symbol.toStringTag]: string })
      default:
        throw new Unstorable()
    }
  }

  #members(value: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(value)
    refuseSymbols(value)
    const number = this.#structures.numberOf(names)
    if (number === undefined) return this.#dictionary(value, names)
    this.#out.byte(FIRST_RECORD + number)
    for (let index = 0; index < names.length; index++) this.#value(value[names[index] as string])
  }

  #dictionary(value: Readonly<Record<string, unknown>>, names: Structure): void {
    this.#out.extension(DICTIONARY_TYPE)
    this.#out.map(names.length)
    for (const name of names) {
      if (name === '__proto__') throw new Unstorable()
      this.#value(name)
      this.#value(value[name])
    }
  }

  #list(items: readonly unknown[], length = items.length): void {
    this.#out.list(length)
    for (let index = 0; index < items.length; index++) {
      const item = items[index]
      if (item === undefined && !(index in items)) throw new Unstorable()
      this.#value(item)
    }
  }

  #map(entries: Iterable<[unknown, unknown]>, size: number): void {
    this.#out.map(size)
    for (const [key, member] of entries) {
      this.#value(key)
      this.#value(member)
    }
  }

  #typedArray(view: ArrayBufferView & { readonly [Symbol.toStringTag]: string }): void {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    const type = view[Symbol.toStringTag]
    if (type === 'Uint8Array') this.#out.bytes(bytes)
    else this.#out.typedArray(TYPED_ARRAYS.indexOf(type), bytes)
  }

  #string(text: string): void {
    if (!isWellFormed(text)) throw new Unstorable()
    this.#out.string(text)
  }
}

/** What cannot be stored; `checkValue` says where it is and why. */
class Unstorable extends Error {}

function refuseSymbols(value: object): void {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) throw new Unstorable()
  }
}
