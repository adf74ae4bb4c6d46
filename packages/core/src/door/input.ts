/** What callers pass, checked where a wrong one would do harm or fail far from its cause. */
import { type CacheKey, ConfigError, validateTags, wrongOption } from '@hotpath/contract'
import type { LoadOptions, SetEntry, WriteOptions } from '../options.ts'

/** What a call without options has: known by identity, so that nothing has to be checked. */
export const NO_OPTIONS: LoadOptions & WriteOptions = {}
const NO_TAGS: readonly string[] = []
const ENTRIES_WAY_OUT = "Use for example `[{ key: 'user:1', value }]`."

/** @throws ConfigError for what is no list of keys: a text would be taken for a list of letters. */
export function assertList(keys: unknown): void {
  if (!Array.isArray(keys)) throw wrongOption('keys', 'a list of keys', keys, "Use for example `['user:1', 'user:2']`.")
}

/** @throws ConfigError for what cannot be gone through. */
export function assertIterable<Source>(source: Source, method: string, wayOut: string = ENTRIES_WAY_OUT): Source {
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: later } = Object(source) as Record<symbol, unknown>
  if (typeof source !== 'string' && (typeof sync === 'function' || typeof later === 'function')) return source
  throw wrongOption(`the source of ${method}`, 'iterable', source, wayOut)
}

/** @throws ConfigError for what is no entry. */
export function assertEntry(entry: unknown): asserts entry is SetEntry {
  if (typeof entry === 'object' && entry !== null && 'key' in entry) return
  throw wrongOption(
    'an entry',
    'an object with `key` and `value`',
    entry,
    "Use for example `{ key: 'user:1', value }`.",
  )
}

/** The error for a key to warm that nothing can load. */
export function noWarmLoader(): ConfigError {
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    '`warm` got a key but no `load`. Pass `{ load: ({ key }) => … }`, or entries `{ key, value }`.',
  )
}

/** Copied, as a caller may put the next key into the same list: one that was encoded is a string or a list. */
export function ownKey(key: CacheKey): CacheKey {
  return typeof key === 'string' ? key : [...key]
}

/** Copied: the caller may change his list later. */
export function ownTags(tags: readonly string[] | undefined): readonly string[] {
  if (tags === undefined) return NO_TAGS
  // A function has a length too.
  const valid = validateTags(tags, 'tags')
  return valid.length === 0 ? NO_TAGS : [...valid]
}
