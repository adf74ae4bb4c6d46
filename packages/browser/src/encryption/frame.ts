/**
 * Values as bytes, so that they can be encrypted: JSON, in which what JSON cannot express is a tagged list, and after it
 * the bytes of buffers.
 *
 * Layout: length of the JSON (32 bits, little-endian), the JSON in UTF-8, buffers one after another.
 */
import { CodecError } from '@hotpath/contract'

/** The only member of an object that stands for something else; an object that has such a member is tagged itself. */
const TAG = '$'
const LENGTH_BYTES = 4

type Members = Record<string, unknown>

const VIEWS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
} as const
type ViewName = keyof typeof VIEWS

/** @throws CodecError `ERR_CODEC_VALUE` for what a cache does not store. */
export function toBytes(value: unknown): Uint8Array<ArrayBuffer> {
  const buffers: Uint8Array[] = []
  const json = new TextEncoder().encode(JSON.stringify(tagged(value, buffers)))
  const length = buffers.reduce((sum, buffer) => sum + buffer.length, LENGTH_BYTES + json.length)
  const bytes = new Uint8Array(length)
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, LENGTH_BYTES)
  let at = LENGTH_BYTES + json.length
  for (const buffer of buffers) {
    bytes.set(buffer, at)
    at += buffer.length
  }
  return bytes
}

/** Reads what `toBytes` wrote. */
export function fromBytes(bytes: Uint8Array<ArrayBuffer>): unknown {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const json = new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
  let at = LENGTH_BYTES + length
  return untagged(JSON.parse(json), (count) => {
    const buffer = bytes.slice(at, at + count).buffer
    at += count
    return buffer
  })
}

function tagged(value: unknown, buffers: Uint8Array[]): unknown {
  const of = (inner: unknown): unknown => tagged(inner, buffers)
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'undefined':
      return { [TAG]: ['undefined'] }
    case 'bigint':
      return { [TAG]: ['bigint', String(value)] }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { [TAG]: ['number', Object.is(value, -0) ? '-0' : String(value)] }
    case 'object':
      break
    default:
      throw unstorable(typeof value)
  }
  if (value === null) return null
  if (Array.isArray(value)) return Array.from(value, of)
  if (value instanceof Date) return { [TAG]: ['date', value.getTime()] }
  if (value instanceof RegExp) return { [TAG]: ['regexp', value.source, value.flags] }
  if (value instanceof Map) return { [TAG]: ['map', [...value].map(([key, item]) => [of(key), of(item)])] }
  if (value instanceof Set) return { [TAG]: ['set', [...value].map(of)] }
  if (value instanceof ArrayBuffer)
    return { [TAG]: ['buffer', buffers.push(new Uint8Array(value)) && value.byteLength] }
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value
    buffers.push(new Uint8Array(buffer, byteOffset, byteLength))
    return { [TAG]: ['view', nameOf(value), byteLength] }
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw unstorable('object of a class')
  const entries = Object.entries(value).map(([name, item]) => [name, of(item)] as const)
  return Object.hasOwn(value, TAG) ? { [TAG]: ['object', entries] } : Object.fromEntries(entries)
}

function untagged(value: unknown, take: (count: number) => ArrayBuffer): unknown {
  const of = (inner: unknown): unknown => untagged(inner, take)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(of)
  if (!Object.hasOwn(value, TAG)) return membersOf(Object.entries(value), of)
  const [kind, first, second] = (value as Members)[TAG] as readonly [string, never, never]
  switch (kind) {
    case 'undefined':
      return undefined
    case 'bigint':
      return BigInt(first)
    case 'number':
      return Number(first)
    case 'date':
      return new Date(first ?? Number.NaN)
    case 'regexp':
      return new RegExp(first, second)
    case 'map':
      return new Map((first as [unknown, unknown][]).map(([key, item]) => [of(key), of(item)]))
    case 'set':
      return new Set((first as unknown[]).map(of))
    case 'buffer':
      return take(first)
    case 'view':
      return new VIEWS[first as 'Uint8Array'](take(second))
    default:
      return membersOf(first as [string, unknown][], of)
  }
}

/** `Object.fromEntries` makes a member of every name, `__proto__` included. */
function membersOf(entries: readonly (readonly [string, unknown])[], of: (value: unknown) => unknown): Members {
  return Object.fromEntries(entries.map(([name, item]) => [name, of(item)]))
}

function nameOf(view: ArrayBufferView): ViewName {
  const name = Object.prototype.toString.call(view).slice('[object '.length, -1)
  if (Object.hasOwn(VIEWS, name)) return name as ViewName
  throw unstorable(name)
}

function unstorable(kind: string): CodecError {
  return new CodecError('ERR_CODEC_VALUE', `A value has a ${kind}, which cannot be encrypted. Store plain data.`)
}
