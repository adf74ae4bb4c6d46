import {
  type CacheKey,
  DEFAULT_FRESHNESS,
  type FreshnessOptions,
  resolveFreshness,
  FRESHNESS_OPTIONS,
  type OptionTable,
  received,
  wrongOption,
} from '@hotpath/contract'
import type { CacheOption } from './cache-source.ts'
import { assertFunction, assertName, assertOptions } from './input.ts'
import type { ArgsOf, ValueOf } from './member-types.ts'
import { type ErrorTtl, toErrorMs } from './remembered-error.ts'
import { type Selector, assertTags } from './selector.ts'

/** Options of `@Cacheable`. What is a `function` and not an arrow has the object as its `this`. */
export interface CacheableOptions<This, Of> extends FreshnessOptions {
  /**
   * The key of a call, made from its arguments. Default: the class, the member and the arguments.
   *
   * Members that make the same key share a value. A method must not, with one that it overrides and calls by `super`:
   * the outer would wait for itself.
   */
  readonly key?: ((this: This, ...args: ArgsOf<Of>) => CacheKey) | undefined
  /**
   * Stands for the name of the class in default keys, and for that of the function.
   *
   * For code that a minifier renames, and for a second class or function of one name: nothing else in the key tells them
   * apart, so in one cache they answer each other's values. A module that is loaded twice, or again, is to find what it
   * has cached; so are the classes that one class factory makes, unless each gets a `name`.
   */
  readonly name?: string | undefined
  /** Tags of the value, or what makes them from the arguments and the value. When it throws the value is returned and not stored; a `fault` event of the cache says so. */
  readonly tags?: Selector<This, ArgsOf<Of>, ValueOf<Of>, readonly string[]> | undefined
  /** Whether this call is to use the cache at all, told from its arguments. */
  readonly when?: ((this: This, ...args: ArgsOf<Of>) => boolean) | undefined
  /** Whether a value is to be left out of the cache, told when it is there. When it throws, as for `tags`. */
  readonly unless?: ((this: This, args: ArgsOf<Of>, value: ValueOf<Of>) => boolean) | undefined
  /**
   * How long a failure is remembered, and thrown again instead of a new attempt; a function may decide by the error (one
   * that throws remembers nothing, and a `fault` event says so).
   * In memory it is the same error; shared tiers keep its built-in class, name, message and members. Default `false`: not
   * at all.
   *
   * It takes the place of the value, so what invalidates the value invalidates it (tags that a function makes from a
   * value it has none). `cache.get` and `cache.wrap` return it, see `isRememberedFailure`. Members
   * of a `key` or `name` of their own throw the error, though they have no `errorTtl`, as long as some member of their
   * process has one: a program that shares a cache with others should have it on both sides.
   */
  readonly errorTtl?: ErrorTtl | undefined
  /** The cache, or what finds it on the object. Default: that of `createDecorators` or `configureDecorators`. */
  readonly cache?: CacheOption<This> | undefined
}

const CACHEABLE_OPTIONS: OptionTable<Exclude<keyof CacheableOptions<unknown, unknown>, keyof FreshnessOptions>> = {
  key: true,
  name: true,
  tags: true,
  when: true,
  unless: true,
  errorTtl: true,
  cache: true,
}

/** @throws ConfigError or TagError for wrong options. */
export function assertCacheable<This, Of>(options: CacheableOptions<This, Of>, decorator: string): FreshnessOptions {
  assertNoName(options, decorator)
  assertOptions(options, decorator, CACHEABLE_OPTIONS, FRESHNESS_OPTIONS)
  const { key, name, tags, when, unless, errorTtl, cache, ...freshness } = options
  assertFunction(key, 'key', "key: (id) => ['user', id]")
  assertName(name)
  assertTags(tags)
  assertFunction(when, 'when', 'when: (id) => id > 0')
  assertFunction(unless, 'unless', 'unless: ([id], user) => user.isDraft')
  if (typeof errorTtl !== 'function') toErrorMs(errorTtl)
  resolveFreshness(DEFAULT_FRESHNESS, freshness)
  return freshness
}

/** Other libraries take the name of a cache, or a key, in the place of the options. */
function assertNoName(options: unknown, decorator: string): void {
  if (typeof options !== 'string' || /^\d/.test(options)) return
  const wayOut = `Write \`{ key: () => [${received(options)}] }\` for a key, or \`{ ttl: '5m' }\` for a lifetime.`
  throw wrongOption(`options of ${decorator}`, 'an object', options, wayOut)
}
