import { isRememberedFailure, rememberFailure } from '@hotpath/contract/values'

/**
 * Copies a value as a serialising store would: the copy has the types and shape of the original, and shares nothing
 * with it. Everything that `structuredClone` takes, and URLs, which it does not; both inside containers too.
 *
 * @throws DOMException `DataCloneError` for what cannot be stored, such as functions.
 */
export function cloneValue<Value>(value: Value): Value {
  return clone(value, new Map()) as Value
}

/** `copies` keeps cycles and shared references what they are. */
function clone(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return structuredClone(value)
  const known = copies.get(value)
  if (known !== undefined) return known

  if (isRememberedFailure(value)) return keep(rememberFailure(clone(value.error, copies)))
  if (value instanceof URL) return keep(new URL(value))
  if (Array.isArray(value)) {
    const copy: unknown[] = keep([])
    for (const item of value) copy.push(clone(item, copies))
    return copy
  }
  if (value instanceof Map) {
    const copy = keep(new Map())
    for (const [key, item] of value) copy.set(clone(key, copies), clone(item, copies))
    return copy
  }
  if (value instanceof Set) {
    const copy = keep(new Set())
    for (const item of value) copy.add(clone(item, copies))
    return copy
  }
  if (isPlain(value)) {
    const copy: Record<string, unknown> = keep({})
    for (const [key, item] of Object.entries(value)) copy[key] = clone(item, copies)
    return copy
  }
  return keep(structuredClone(value))

  function keep<Copy>(copy: Copy): Copy {
    copies.set(value as object, copy)
    return copy
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
