/**
 * Estimates the bytes that a value holds on the heap, from V8's object layout on 64-bit machines: strings by character
 * width, objects and arrays by slot, buffers by length. Shared parts count once. Cost: one visit per member.
 */
const OBJECT_BYTES = 32
const SLOT_BYTES = 8
const NUMBER_BYTES = 16
const STRING_BYTES = 16

const MAX_SAMPLES = 16
/** A character that takes two bytes. V8 knows strings without one, and does not search those. */
const WIDE = /[\u0100-\uffff]/
/** A string of more characters is not looked at as a whole. */
const MAX_WHOLE = 1_000
/** From here on the expression is faster than a loop. */
const MIN_EXPRESSION = 9
/** Objects that are told apart without a set. */
const MAX_LOOKED_THROUGH = 16
/** A list with more is walked by what it has, and not by its length, which may be anything. */
const MAX_HOLES = 1_000

/** Bytes of a string: one per character where all are Latin-1, else two. Of a long one, evenly spread samples are looked at. */
export function sizeOfString(text: string): number {
  const { length } = text
  return STRING_BYTES + (hasWide(text, length) ? length * 2 : length)
}

function hasWide(text: string, length: number): boolean {
  if (length >= MIN_EXPRESSION && length <= MAX_WHOLE) return WIDE.test(text)
  const step = length < MIN_EXPRESSION ? 1 : Math.floor(length / MAX_SAMPLES)
  for (let index = 0; index < length; index += step) if (text.charCodeAt(index) > 0xff) return true
  return false
}

/** Bytes of a value with everything it reaches. */
export function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return sizeOfPrimitive(value)
  return sizeOfFlat(value) ?? sizeOfGraph(value)
}

/** Bytes of a plain object of primitives and short lists of them, as most rows are; `undefined` for anything else. */
function sizeOfFlat(object: object): number | undefined {
  if (Object.getPrototypeOf(object) !== Object.prototype) return undefined
  let bytes = OBJECT_BYTES
  let list: unknown
  let more: unknown[] | undefined
  for (const name in object) {
    const member: unknown = (object as Record<string, unknown>)[name]
    bytes += SLOT_BYTES
    if (typeof member !== 'object' || member === null) bytes += sizeOfPrimitive(member)
    else if (!Array.isArray(member)) return undefined
    else if (member.length > MAX_HOLES) return undefined
    else if (member !== list && more?.includes(member) !== true) {
      // Most have one at most, and no list of lists is made for it.
      if (list === undefined) list = member
      else (more ??= []).push(member)
      bytes += OBJECT_BYTES + member.length * SLOT_BYTES
      for (let index = 0; index < member.length; index++) {
        const item: unknown = member[index]
        if (typeof item === 'object' && item !== null) return undefined
        bytes += sizeOfPrimitive(item)
      }
    }
  }
  return bytes
}

function sizeOfGraph(value: object): number {
  const found: object[] = [value]
  // A set gives each object a hash, which costs more than to look through a few.
  let seen: Set<object> | undefined
  let bytes = 0
  const visit = (member: unknown): void => {
    if (typeof member !== 'object' || member === null) {
      bytes += sizeOfPrimitive(member)
      return
    }
    if (seen === undefined && found.length >= MAX_LOOKED_THROUGH) seen = new Set(found)
    if (seen === undefined ? found.includes(member) : seen.has(member)) return
    seen?.add(member)
    found.push(member)
  }
  for (let at = 0; at < found.length; at++) {
    // Apart from the sum, which `visit` adds to in the meantime.
    const own = sizeOfObject(found[at] as object, visit)
    bytes += own
  }
  return bytes
}

function sizeOfPrimitive(value: unknown): number {
  if (typeof value === 'string') return sizeOfString(value)
  if (typeof value === 'number') return NUMBER_BYTES
  return typeof value === 'bigint' ? NUMBER_BYTES + value.toString(16).length / 2 : 0
}

function sizeOfObject(object: object, visit: (member: unknown) => void): number {
  if (ArrayBuffer.isView(object)) return OBJECT_BYTES * 3 + object.byteLength
  if (object instanceof ArrayBuffer || isSharedBuffer(object)) return OBJECT_BYTES + object.byteLength
  if (Array.isArray(object)) return OBJECT_BYTES + visitItems(object, visit) * SLOT_BYTES
  if (object instanceof Map) {
    for (const [key, member] of object) {
      visit(key)
      visit(member)
    }
    return OBJECT_BYTES + object.size * SLOT_BYTES * 4
  }
  if (object instanceof Set) {
    for (const member of object) visit(member)
    return OBJECT_BYTES + object.size * SLOT_BYTES * 3
  }
  if (object instanceof Error) {
    visit(object.message)
    visit(object.stack)
    visit(object.cause)
  }
  if (object instanceof RegExp) visit(object.source)
  if (isUrl(object)) visit(object.href)
  let slots = 0
  for (const name of Object.keys(object)) {
    slots++
    visit((object as Record<string, unknown>)[name])
  }
  return OBJECT_BYTES + slots * SLOT_BYTES
}

/** Visits the items of a list, and returns how many places it takes. */
function visitItems(list: readonly unknown[], visit: (member: unknown) => void): number {
  let holes = 0
  for (let index = 0; index < list.length; index++) {
    const item = list[index]
    if (item === undefined && !(index in list) && ++holes > MAX_HOLES) return index + visitSparse(list, index, visit)
    visit(item)
  }
  return list.length
}

function visitSparse(list: readonly unknown[], from: number, visit: (member: unknown) => void): number {
  let items = 0
  for (const name of Object.keys(list)) {
    if (!(Number(name) > from)) continue
    items++
    visit(list[Number(name)])
  }
  return items
}

/** Not every platform has them. */
function isSharedBuffer(object: object): object is SharedArrayBuffer {
  return typeof SharedArrayBuffer === 'function' && object instanceof SharedArrayBuffer
}

/** Named after its tag: the global is not part of the language. */
function isUrl(object: object): object is { readonly href: string } {
  return Object.prototype.toString.call(object) === '[object URL]'
}
