/** What an object is that cannot be stored, and how to store what it holds. Nothing but words, for messages. */

/** `it is …`, and a sentence with the way out. */
export type Advice = readonly [what: string, wayOut: string]

const PAIRS = 'Store `[...value]`, its pairs, and make the instance of them where it is used.'
const LIST = 'Store `[...value]`, a list.'
const BYTES = 'Store `new Uint8Array(value).slice().buffer`, its bytes.'
const AS_STRING = 'Store `value.toString()`, and make the instance of it where it is used.'
const TEMPORARY = 'Leave it out: it is of no use outside of this process.'

/** By the tag of `Object.prototype.toString`, which subclasses and other realms have too. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  Map: 'Store `new Map(value)`, a plain Map, and make the instance of it where it is used.',
  Set: 'Store `new Set(value)`, a plain Set, and make the instance of it where it is used.',
  Date: 'Store `new Date(value)`, a plain Date.',
  RegExp: 'Store `new RegExp(value)`, a plain RegExp.',
  URL: 'Store `new URL(value.href)`, a plain URL.',
  URLSearchParams: PAIRS,
  Headers: PAIRS,
  FormData: PAIRS,
  Array: 'Store `Array.from(value)`, a plain array.',
  Arguments: 'Store `Array.from(value)`, a plain array.',
  Error: 'Store `Object.assign(new Error(value.message), value)`, an Error with the prototype of one.',
  DataView: 'Store `new Uint8Array(value.buffer, value.byteOffset, value.byteLength)`, its bytes.',
  ArrayBuffer: BYTES,
  SharedArrayBuffer: BYTES,
  Blob: 'Store `await value.arrayBuffer()`, its bytes.',
  File: 'Store `await value.arrayBuffer()`, its bytes.',
  Response: 'Store what it holds, such as `await value.json()`.',
  Request: 'Store what it holds, such as `await value.json()`.',
  String: 'Store `value.valueOf()`.',
  Number: 'Store `value.valueOf()`.',
  Boolean: 'Store `value.valueOf()`.',
  BigInt: 'Store `value.valueOf()`.',
  Module: 'Store `{ ...value }`, its exports.',
  WeakMap: TEMPORARY,
  WeakSet: TEMPORARY,
  WeakRef: 'Store what `value.deref()` returns, while it is there.',
  AbortSignal: TEMPORARY,
  Math: TEMPORARY,
  JSON: TEMPORARY,
}

/** @throws whatever the object throws when it is looked at. */
export function adviceOn(value: object): Advice {
  if (typeof (value as { readonly then?: unknown }).then === 'function') return ['a promise', '`await` it first.']
  const tag = tagOf(value)
  const name = classNameOf(value)
  if (ArrayBuffer.isView(value) && tag !== 'DataView') return ofTypedArray(tag, name)
  const known = Object.hasOwn(WAYS_OUT, tag) ? WAYS_OUT[tag] : undefined
  if (known !== undefined) return [`an instance of \`${name === undefined || name === 'Object' ? tag : name}\``, known]
  if (tag.startsWith('Temporal.')) return [`an instance of \`${tag}\``, AS_STRING]
  if (name === 'Object' || isWithoutClass(value)) {
    return [
      'an object that inherits from another one',
      'Store `{ ...Object.getPrototypeOf(value), ...value }`, with what it inherits.',
    ]
  }
  const shown = name ?? (tag === 'Object' ? undefined : tag)
  const what = shown === undefined ? 'an instance of a class' : `an instance of \`${shown}\``
  // Iterators, and collections of other packages.
  if (Symbol.iterator in value) return [what, LIST]
  return [
    what,
    'Store plain data, such as `{ ...value }` where that is all it holds, and make the instance where it is used.',
  ]
}

function ofTypedArray(tag: string, name = tag): Advice {
  // An extended one has the tag of what it extends.
  const wayOut =
    name === tag
      ? 'Copy it into a type that all platforms have, such as `Float32Array.from(value)`.'
      : `Store \`${tag}.from(value)\`, a plain ${tag}.`
  return [`an instance of \`${name}\``, wayOut]
}

/** `Map` of `[object Map]`. */
function tagOf(value: object): string {
  // An array keeps its kind whatever its prototype is, and so do its look-alikes in another realm.
  return Array.isArray(value) ? 'Array' : Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function classNameOf(value: object): string | undefined {
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown }
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** Whether it inherits from an object that was made without a class. */
function isWithoutClass(value: object): boolean {
  return value.constructor === undefined
}
