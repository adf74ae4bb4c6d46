import { type CacheKey, ConfigError, encodeKeyPrefix, type OptionTable, booleanOption } from '@hotpath/contract'
import type { Cache, WriteOptions } from '@hotpath/core'
import { type CacheHome, type CacheOption, cacheFinder } from './cache-source.ts'
import { assertCallable, assertFunction, assertOptions } from './input.ts'
import { lookLike, memberDecorator } from './member.ts'
import type { AnyFunction, ArgsOf, MemberDecorator, ValueOf } from './member-types.ts'
import { noteEviction } from './overlaps.ts'
import { reportThrown } from './report-thrown.ts'
import { type Selector, asKeys, assertKeys, assertTags, select } from './selector.ts'

/** What `@CacheEvict` outdates, and when. At least one of `key`, `keys`, `tags` and `prefix` is needed. */
interface Targets<This, Of, Value> {
  /** A key, made from the arguments. */
  readonly key?: ((this: This, ...args: ArgsOf<Of>) => CacheKey) | undefined
  /** Keys, or what makes them from the list of arguments and, after the call, the result. */
  readonly keys?: Selector<This, ArgsOf<Of>, Value, readonly CacheKey[]> | undefined
  /** Everything with one of these tags. */
  readonly tags?: Selector<This, ArgsOf<Of>, Value, readonly string[]> | undefined
  /** Everything whose key begins with these parts. */
  readonly prefix?: Selector<This, ArgsOf<Of>, Value, CacheKey> | undefined
  /** Whether this call is to touch the cache at all, told from its arguments. */
  readonly when?: ((this: This, ...args: ArgsOf<Of>) => boolean) | undefined
  /** When the log does not answer, resolve instead of failing; see `WriteOptions` of the core. Default `false`. */
  readonly queue?: boolean | undefined
  /** The cache, or what finds it on the object. Default: that of `createDecorators` or `configureDecorators`. */
  readonly cache?: CacheOption<This> | undefined
}

/** Evicts when the call has succeeded. */
export interface EvictAfter<This, Of> extends Targets<This, Of, ValueOf<Of>> {
  /** Evict before the call, whether it will succeed or not. Default `false`: after it, and not when it fails. */
  readonly before?: false | undefined
  /** Whether nothing is to be evicted after all, told when the result is there. When it throws, it is evicted; a `fault` event of the cache says so. */
  readonly unless?: ((this: This, args: ArgsOf<Of>, value: ValueOf<Of>) => boolean) | undefined
}

/** Evicts before the call, whether it will succeed or not. */
export interface EvictBefore<This, Of> extends Targets<This, Of, undefined> {
  /** Evict before the call. */
  readonly before: true
  /** There is no result yet to tell it from. */
  readonly unless?: undefined
}

/** Options of `@CacheEvict`. */
export type CacheEvictOptions<This, Of> = EvictAfter<This, Of> | EvictBefore<This, Of>

type Options = Omit<EvictAfter<unknown, AnyFunction>, 'before'> & { readonly before?: boolean | undefined }

/** Makes `@CacheEvict` for the members that share a cache. */
export function cacheEvictMember<This, Of>(
  options: CacheEvictOptions<This, Of>,
  home: CacheHome,
): MemberDecorator<This, Of> {
  const plain = readOptions(options as Options, '@CacheEvict')
  return memberDecorator('@CacheEvict', ({ fn, property }) =>
    makeEvicting(fn, plain, cacheFinder(plain.cache, home, `\`@CacheEvict\` on \`${String(property)}\``)),
  )
}

/** Makes the twin of a function that evicts. */
export function cacheEvictFunction(fn: AnyFunction, options: Options, home: CacheHome): AnyFunction {
  const plain = readOptions(options, 'cacheEvict')
  assertCallable(fn, 'cacheEvict')
  return lookLike(
    makeEvicting(fn, plain, cacheFinder(plain.cache, home, `\`${fn.name || 'a cacheEvict function'}\``)),
    fn,
  )
}

const CACHE_EVICT_OPTIONS: OptionTable<keyof Options> = {
  key: "(id) => ['user', id]",
  keys: true,
  tags: true,
  prefix: true,
  when: true,
  unless: true,
  before: booleanOption,
  queue: booleanOption,
  cache: true,
}

function readOptions(options: Options, decorator: string): Options {
  assertOptions(options, decorator, CACHE_EVICT_OPTIONS)
  const { key, keys, tags, prefix, when, unless, before } = options
  if (key === undefined && keys === undefined && tags === undefined && prefix === undefined) {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `\`${decorator}\` needs to know what to evict. Pass \`key: (id) => ['user', id]\`, \`keys\`, \`tags: ([id]) => [\`user:\${id}\`]\` or \`prefix: ['user']\`.`,
    )
  }
  assertFunction(key, 'key', "key: (id) => ['user', id]")
  assertKeys(keys)
  assertTags(tags)
  if (prefix !== undefined && typeof prefix !== 'function') encodeKeyPrefix(prefix)
  assertFunction(when, 'when', 'when: (id) => id > 0')
  assertFunction(unless, 'unless', 'unless: ([id], changed) => !changed')
  if (before === true && unless !== undefined) {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      '`unless` is told from the result, which is not there `before` the call. Use `when`, or leave out `before`.',
    )
  }
  return options
}

function makeEvicting(fn: AnyFunction, options: Options, findCache: (self: unknown) => Cache): AnyFunction {
  const { before = false, when, unless } = options
  /** The method has done its work: a mistake here must neither hide that nor leave what it changed in the cache. */
  const isSpared = (cache: Cache, { self, args, value }: EvictedCall): boolean => {
    try {
      return unless?.call(self, args as never, value as never) === true
    } catch (cause) {
      reportThrown(cache, '`unless`', cause)
      return false
    }
  }
  return async function evicting(this: unknown, ...args: unknown[]): Promise<unknown> {
    if (when !== undefined && !when.apply(this, args)) return Reflect.apply(fn, this, args)
    // Found first: a write that cannot be followed by its eviction should not happen.
    const cache = findCache(this)
    if (before) await evict(cache, options, { self: this, args, value: undefined })
    const value: unknown = await Reflect.apply(fn, this, args)
    if (!before && !isSpared(cache, { self: this, args, value }))
      await evict(cache, options, { self: this, args, value })
    return value
  }
}

interface EvictedCall {
  readonly self: unknown
  readonly args: readonly unknown[]
  readonly value: unknown
}

async function evict(cache: Cache, options: Options, call: EvictedCall): Promise<void> {
  const { key, keys, tags, prefix } = options
  const write: WriteOptions = { queue: options.queue }
  const under = [
    ...(key === undefined ? [] : [key.apply(call.self, call.args as unknown[])]),
    ...(keys === undefined ? [] : asKeys(select(keys, call))),
  ]
  const tagged = tags === undefined ? [] : select(tags, call)
  await Promise.all([
    ...under.map((one) => {
      noteEviction(cache, one)
      return cache.delete(one, write)
    }),
    ...(Array.isArray(tagged) && tagged.length === 0 ? [] : [cache.invalidateTags(tagged, write)]),
    ...(prefix === undefined ? [] : [cache.invalidatePrefix(select(prefix, call), write)]),
  ])
}
