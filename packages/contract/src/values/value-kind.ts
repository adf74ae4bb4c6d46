/**
 * What an object is, whatever realm it comes from: `instanceof` knows one realm, believes look-alikes and takes
 * subclasses for what they extend. Test runners with sandboxes hand out objects of another realm all the time.
 */

/** What kinds of objects a stored value may consist of. */
export type ValueKind =
  | 'object'
  | 'array'
  | 'map'
  | 'set'
  | 'date'
  | 'regexp'
  | 'url'
  | 'error'
  | 'buffer'
  | 'typed array'

/** Types that every supported platform has; Float16Array, for one, is missing in Node 22. */
const TYPED_ARRAYS = /^(Uint8|Uint8Clamped|Int8|Uint16|Int16|Uint32|Int32|Float32|Float64|BigUint64|BigInt64)Array$/

/**
 * Says what an object is. `undefined`: an instance of a class, or of a built-in one that cannot be stored. An error of
 * any class is an `error`.
 */
export function kindOf(value: object): ValueKind | undefined {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return 'object'
  if (prototype === null) return Object.prototype.toString.call(value) === '[object Object]' ? 'object' : undefined
  if (prototype === Array.prototype) return Array.isArray(value) ? 'array' : undefined
  return kindOfOther(value, prototype)
}

function kindOfOther(value: object, prototype: object): ValueKind | undefined {
  const has = (name: string): boolean => Object.hasOwn(prototype, name)
  const above: object | null = Object.getPrototypeOf(prototype)
  // Subclasses, which may have methods of the same names, are further away from the end.
  const isOf = (name: string): boolean => has(name) && above !== null && Object.getPrototypeOf(above) === null
  // The prototype of arrays is an array itself, in each realm; that of a subclass is not.
  if (Array.isArray(value)) return Array.isArray(prototype) ? 'array' : undefined
  if (ArrayBuffer.isView(value)) {
    return TYPED_ARRAYS.test(typeName(value)) && (has('BYTES_PER_ELEMENT') || isNodeBuffer(prototype))
      ? 'typed array'
      : undefined
  }
  switch (Object.prototype.toString.call(value)) {
    case '[object Object]':
      // The Object.prototype of another realm, told apart from a class that extends null.
      return above === null && has('isPrototypeOf') ? 'object' : undefined
    case '[object Map]':
      return isOf('set') && isBranded(() => Map.prototype.has.call(value, 0)) ? 'map' : undefined
    case '[object Set]':
      return isOf('add') && isBranded(() => Set.prototype.has.call(value, 0)) ? 'set' : undefined
    case '[object Date]':
      return isOf('getTime') && isBranded(() => Date.prototype.getTime.call(value)) ? 'date' : undefined
    case '[object RegExp]':
      return isOf('exec') && isBranded(() => RegExp.prototype.toString.call(value)) ? 'regexp' : undefined
    case '[object ArrayBuffer]':
      return isOf('slice') && (value as { readonly resizable?: boolean }).resizable !== true ? 'buffer' : undefined
    case '[object URL]':
      return isOf('href') ? 'url' : undefined
    case '[object Error]':
    case '[object DOMException]':
      return 'error'
    default:
      return undefined
  }
}

/** Whether bytes were transferred elsewhere, as by `structuredClone` or `postMessage`. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  // Not every browser has `detached`.
  return buffer.byteLength === 0 && !isBranded(() => new Uint8Array(buffer))
}

/** Name of the built-in class of a typed array, of any realm. */
function typeName(value: object): string {
  const { get } = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Uint8Array.prototype),
    Symbol.toStringTag,
  ) as PropertyDescriptor
  return String(get?.call(value))
}

/** Comes out as a Uint8Array, which it is on every other platform. */
function isNodeBuffer(prototype: object): boolean {
  return Object.hasOwn(prototype, 'readUInt8') && Object.hasOwn(Object.getPrototypeOf(prototype), 'BYTES_PER_ELEMENT')
}

/** Built-in methods throw for what only looks like their own kind. */
function isBranded(call: () => unknown): boolean {
  try {
    call()
    return true
  } catch {
    return false
  }
}
