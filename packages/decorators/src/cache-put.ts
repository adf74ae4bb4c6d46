import {
  type CacheKey,
  ConfigError,
  DEFAULT_FRESHNESS,
  type FreshnessOptions,
  encodeKey,
  resolveFreshness,
  FRESHNESS_OPTIONS,
  type OptionTable,
  booleanOption,
  validateTags,
} from '@hotpath/contract'
import type { Cache, SetOptions } from '@hotpath/core'
import { type CacheHome, type CacheOption, cacheFinder } from './cache-source.ts'
import { assertCallable, assertFunction, assertOptions } from './input.ts'
import { lookLike, memberDecorator } from './member.ts'
import type { AnyFunction, ArgsOf, MemberDecorator, ValueOf } from './member-types.ts'
import { beginPut } from './overlaps.ts'
import { reportThrown } from './report-thrown.ts'
import { type Selector, asKeys, assertKeys, assertTags, select } from './selector.ts'

/** Options of `@CachePut`: where the result goes is told by `key`, `keys`, or both. */
export interface CachePutOptions<This, Of> extends FreshnessOptions {
  /** The key of the result, made from the arguments. */
  readonly key?: ((this: This, ...args: ArgsOf<Of>) => CacheKey) | undefined
  /** The keys of the result, made from the list of arguments and the result itself. */
  readonly keys?: Selector<This, ArgsOf<Of>, ValueOf<Of>, readonly CacheKey[]> | undefined
  /**
   * Tags of the value, or what makes them from the arguments and the value. When it throws the result is returned and what was
   * cached before is removed; a `fault` event of the cache says so.
   */
  readonly tags?: Selector<This, ArgsOf<Of>, ValueOf<Of>, readonly string[]> | undefined
  /** Whether this call is to touch the cache at all, told from its arguments. */
  readonly when?: ((this: This, ...args: ArgsOf<Of>) => boolean) | undefined
  /** Whether a result is to be left out of the cache: what was cached before is removed all the same, also when this throws. */
  readonly unless?: ((this: This, args: ArgsOf<Of>, value: ValueOf<Of>) => boolean) | undefined
  /** When the log does not answer, resolve instead of failing; see `WriteOptions` of the core. Default `false`. */
  readonly queue?: boolean | undefined
  /** The cache, or what finds it on the object. Default: that of `createDecorators` or `configureDecorators`. */
  readonly cache?: CacheOption<This> | undefined
}

type Options = CachePutOptions<unknown, AnyFunction>

/** Makes `@CachePut` for the members that share a cache. */
export function cachePutMember<This, Of>(
  options: CachePutOptions<This, Of>,
  home: CacheHome,
): MemberDecorator<This, Of> {
  const plan = readOptions(options as Options, '@CachePut')
  return memberDecorator('@CachePut', ({ fn, property }) =>
    makePutting(fn, plan, cacheFinder(plan.options.cache, home, `\`@CachePut\` on \`${String(property)}\``)),
  )
}

/** Makes the twin of a function whose results go into the cache. */
export function cachePutFunction(fn: AnyFunction, options: Options, home: CacheHome): AnyFunction {
  const plan = readOptions(options, 'cachePut')
  assertCallable(fn, 'cachePut')
  return lookLike(
    makePutting(fn, plan, cacheFinder(options.cache, home, `\`${fn.name || 'a cachePut function'}\``)),
    fn,
  )
}

interface Plan {
  readonly options: Options
  readonly setOptions: SetOptions
}

const CACHE_PUT_OPTIONS: OptionTable<Exclude<keyof Options, keyof FreshnessOptions>> = {
  key: "(id) => ['user', id]",
  keys: true,
  tags: true,
  when: true,
  unless: true,
  queue: booleanOption,
  cache: true,
}

function readOptions(options: Options, decorator: string): Plan {
  assertOptions(options, decorator, CACHE_PUT_OPTIONS, FRESHNESS_OPTIONS)
  const { key, keys, tags, when, unless, queue, cache, ...freshness } = options
  if (key === undefined && keys === undefined) {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `\`${decorator}\` needs to know where the result goes. Pass \`key: (id) => ['user', id]\`, or \`keys: (args, user) => [['user', user.id]]\`.`,
    )
  }
  assertFunction(key, 'key', "key: (id) => ['user', id]")
  assertKeys(keys)
  assertTags(tags)
  assertFunction(when, 'when', 'when: (id) => id > 0')
  assertFunction(unless, 'unless', 'unless: ([id], user) => user.isDraft')
  resolveFreshness(DEFAULT_FRESHNESS, freshness)
  return { options, setOptions: { ...freshness, queue } }
}

function makePutting(fn: AnyFunction, { options, setOptions }: Plan, findCache: (self: unknown) => Cache): AnyFunction {
  const { key, keys, tags, when, unless, queue } = options
  /** The tags of a result that is to be kept. The method has done its work, so its caller gets the result in any case. */
  function tagsOf(
    cache: Cache,
    call: { readonly self: unknown; readonly args: readonly unknown[]; readonly value: unknown },
  ): { readonly tags?: readonly string[] } | undefined {
    let asked = '`unless`'
    try {
      if (unless?.call(call.self, call.args as never, call.value as never) === true) return undefined
      asked = '`tags`'
      return tags === undefined ? {} : { tags: [...validateTags(select(tags, call), 'tags')] }
    } catch (cause) {
      reportThrown(cache, asked, cause)
      return undefined
    }
  }
  return async function put(this: unknown, ...args: unknown[]): Promise<unknown> {
    if (when !== undefined && !when.apply(this, args)) return Reflect.apply(fn, this, args)
    const cache = findCache(this)
    const running = beginPut(cache)
    try {
      const value: unknown = await Reflect.apply(fn, this, args)
      const call = { self: this, args, value }
      const targets = [
        ...(key === undefined ? [] : [key.apply(this, args)]),
        ...(keys === undefined ? [] : asKeys(select(keys, call))),
      ]
      const tagged = value === undefined ? undefined : tagsOf(cache, call)
      const isAlone = running.endedAlone(targets.map(encodeKey))
      if (tagged !== undefined && isAlone) {
        await cache.setMany(
          targets.map((target) => ({ key: target, value })),
          { ...setOptions, ...tagged },
        )
      } else await Promise.all(targets.map((target) => cache.delete(target, { queue })))
      return value
    } finally {
      running.leave()
    }
  }
}
