import { type CacheKey, encodeKey, type KeyPart } from '@hotpath/contract'
import { assertFunction } from '../call/function.ts'

/** What distinguishes calls: a cache key, or one part of a key alone. */
export type CallKey = CacheKey | number | bigint | boolean | null | undefined

/** Makes the key of a call from its arguments. */
export type KeyOf<Args extends readonly unknown[]> = (...args: Args) => CallKey

/** What a map finds a call by: lists are encoded, everything else is itself. */
export type MapKey = Exclude<CallKey, readonly KeyPart[]>

/** The key of a call: by `key`, else by all arguments. Throws what `key` throws, and a KeyError for what is no key. */
export function mapKeyOf(args: readonly unknown[], key: KeyOf<never> | undefined): MapKey {
  if (key !== undefined) return asMapKey(Reflect.apply(key, undefined, args) as CallKey)
  return args.length <= 1 ? dataKey(args[0]) : MARK + encodeKey(args as readonly KeyPart[])
}

/** No text begins so by chance; one that does is encoded as well. */
const MARK = '\0'

/** What a map finds data by. Unlike a key, of which the text `'user:1'` and the list `['user', 1]` are two forms. */
export function dataKey(data: unknown): MapKey {
  const isEncoded = typeof data === 'string' ? data.startsWith(MARK) : isObject(data)
  return isEncoded ? MARK + encodeKey([data as KeyPart]) : (data as MapKey)
}

/** What a map finds a key by. */
export function asMapKey(key: unknown): MapKey {
  if (typeof key === 'string') return key
  if (!isObject(key)) return key as MapKey
  return encodeKey(Array.isArray(key) ? (key as readonly KeyPart[]) : [key as KeyPart])
}

/** @throws ConfigError for a `key` that is no function. */
export function assertKeyOf(key: unknown): void {
  if (key !== undefined) assertFunction(key, 'key', "key: (id) => ['user', id]")
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
