import { type CacheKey, encodeKey, type KeyPart } from '@hotpath/contract'
import { assertFunction } from './options.ts'

/** What tells calls apart: a cache key, or one part of a key alone. */
export type CallKey = CacheKey | number | bigint | boolean | null | undefined

/** Makes the key of a call from its arguments. */
export type KeyOf<Args extends readonly unknown[]> = (...args: Args) => CallKey

/** What a map finds a call by: lists are encoded, everything else is itself. */
export type MapKey = Exclude<CallKey, readonly KeyPart[]>

/** The key of a call: by `key`, else by all arguments. Throws what `key` throws, and a KeyError for what is no key. */
export function mapKeyOf(args: readonly unknown[], key: KeyOf<never> | undefined): MapKey {
  if (key !== undefined) return asMapKey(Reflect.apply(key, undefined, args) as CallKey)
  return args.length <= 1 ? asMapKey(args[0]) : encodeKey(args as readonly KeyPart[])
}

/** What a map finds a key by. */
export function asMapKey(key: unknown): MapKey {
  if (typeof key === 'string') return key
  if ((typeof key !== 'object' && typeof key !== 'function') || key === null) return key as MapKey
  return encodeKey(Array.isArray(key) ? (key as readonly KeyPart[]) : [key as KeyPart])
}

/** @throws ConfigError for a `key` that is no function. */
export function assertKeyOf(key: unknown): void {
  if (key !== undefined) assertFunction(key, 'key', "key: (id) => ['user', id]")
}
