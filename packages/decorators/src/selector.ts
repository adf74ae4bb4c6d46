/** What an invalidation or a value is about: always the same, or made from a call and its result. */
import { type CacheKey, encodeKey, validateTags, kindOf, wrongOptionSeen } from '@hotpath/contract'
import type { Anything } from './member-types.ts'

/** The same for every call, or made from the list of arguments and, after the call, the result. */
export type Selector<This, Args, Value, Selected> = Selected | ((this: This, args: Args, value: Value) => Selected)

/** What it selects for a call. */
export function select<Selected>(
  selector: Selector<unknown, Anything, Anything, Selected>,
  call: { readonly self: unknown; readonly args: readonly unknown[]; readonly value?: unknown },
): Selected {
  if (typeof selector !== 'function') return selector
  return (selector as (...args: unknown[]) => Selected).call(call.self, call.args, call.value)
}

/** @throws TagError for tags that are none. */
export function assertTags(tags: unknown): void {
  if (tags !== undefined && typeof tags !== 'function') validateTags(tags as readonly string[], 'tags')
}

/** @throws ConfigError or KeyError for keys that are none. */
export function assertKeys(keys: unknown): void {
  if (keys === undefined || typeof keys === 'function') return
  for (const key of asKeys(keys)) encodeKey(key)
}

/** @throws ConfigError for what is no list: a text would be taken for a list of letters. */
export function asKeys(keys: unknown): readonly CacheKey[] {
  if (Array.isArray(keys)) return keys as readonly CacheKey[]
  throw wrongOptionSeen('keys', 'a list of keys', keys, {
    seen: kindOf(keys),
    wayOut: "Use for example `keys: ([id]) => [['user', id]]`, or `key` for a single one.",
  })
}
