import { callbackError, type CacheKey, type FreshnessOptions, RequestError, validateTags } from '@hotpath/contract'
import { rememberFailure } from '@hotpath/contract/values'
import type { LoadContext, Token } from '@hotpath/core'
import { callAround, callShared, isWithinLoad } from '@hotpath/request'
import { type CachedBy, mark, removeCall } from './cached-by.ts'
import { cacheFinder, type CacheHome } from './cache-source.ts'
import { type CacheableOptions, assertCacheable } from './cacheable-options.ts'
import { type CallKey, defaultKey, functionKey } from './default-key.ts'
import { assertCallable } from './input.ts'
import { lookLike, memberDecorator } from './member.ts'
import type { AnyFunction, AsyncTwin, MemberDecorator } from './member-types.ts'
import { type KeyMaker, assertParts } from './refused-key.ts'
import { errorMsOf, remembering, throwRemembered } from './remembered-error.ts'
import { select } from './selector.ts'

type Options = CacheableOptions<unknown, AnyFunction>

/** Makes `@Cacheable` for the members that share a cache. */
export function cacheableMember<This, Of>(
  options: CacheableOptions<This, Of>,
  home: CacheHome,
): MemberDecorator<This, Of> {
  const plain = options as Options
  const freshness = assertCacheable(plain, '@Cacheable')
  return memberDecorator('@Cacheable', (member) => {
    const callKey = givenKey(plain) ?? defaultKey(member, plain.name)
    const subject = `\`@Cacheable\` on \`${String(member.property)}\``
    const findCache = cacheFinder(plain.cache, home, subject)
    const maker = { subject, argumentsAt: plain.key === undefined ? 2 : undefined }
    return makeCached(member.fn, { options: plain, freshness, callKey, findCache, maker })
  })
}

/** A function that answers from the cache. */
export type CachedFunction<Fn extends AnyFunction> = AsyncTwin<Fn> & {
  /** The key of a call. */
  key(...args: Parameters<Fn>): CacheKey
  /** Removes the value of a call, everywhere. */
  invalidate(...args: Parameters<Fn>): Promise<Token>
}

/** Makes the cached twin of a function. */
export function cacheableFunction(fn: AnyFunction, options: Options, home: CacheHome): AnyFunction {
  const freshness = assertCacheable(options, 'cacheable')
  assertCallable(fn, 'cacheable')
  const callKey = givenKey(options) ?? functionKey(fn, options.name)
  const subject = `\`${fn.name || 'a cacheable function'}\``
  const findCache = cacheFinder(options.cache, home, subject)
  const maker = { subject, argumentsAt: options.key === undefined ? 1 : undefined }
  const cached = lookLike(makeCached(fn, { options, freshness, callKey, findCache, maker }), fn)
  return Object.assign(cached, {
    key: (...args: unknown[]) => callKey(undefined, args),
    invalidate: (...args: unknown[]) => removeCall({ callKey, findCache }, undefined, args),
  })
}

interface Plan extends CachedBy {
  readonly options: Options
  readonly freshness: FreshnessOptions
  readonly maker: KeyMaker
}

function makeCached(fn: AnyFunction, plan: Plan): AnyFunction {
  const { callKey, findCache, freshness, maker } = plan
  const { key: ownKey, name, when, unless, tags, errorTtl } = plan.options
  const loadOptions = typeof tags === 'function' ? freshness : { ...freshness, tags }
  const remembers = errorTtl !== undefined && errorTtl !== false
  const failures = remembering()
  if (remembers) failures.isOn = true
  // A second promise is expensive beside a hit, so only those look for failures of others that may have a key in common.
  const sharesKeys = ownKey !== undefined || name !== undefined

  /** How long a failure is remembered. What the option throws must not take the place of what went wrong. */
  function rememberedMs({ skip }: LoadContext, error: unknown): number {
    try {
      return errorTtl === undefined ? 0 : errorMsOf(errorTtl, error)
    } catch (cause) {
      skip(callbackError('`errorTtl`', 'The call', { cause }))
      return 0
    }
  }

  function cached(this: unknown, ...args: unknown[]): Promise<unknown> {
    try {
      if (when !== undefined && !when.apply(this, args)) return Promise.resolve(Reflect.apply(fn, this, args))
      const cache = findCache(this)
      const key = callKey(this, args)
      assertParts(key, maker, this)
      const around = callAround()
      const loads = { cache, key }
      if (around !== undefined && isWithinLoad(around, loads)) throw waitsForItself(fn.name || 'a cacheable function')
      const load = async (context: LoadContext): Promise<unknown> => {
        let value: unknown
        try {
          value = await callShared(fn, { around, signal: context.signal, self: this, args, loads })
        } catch (error) {
          // A stale value is better than a remembered failure.
          const errorMs = remembers && context.previous === undefined ? rememberedMs(context, error) : 0
          if (errorMs === 0) throw error
          context.setTtl({ ttl: errorMs, staleWhileRevalidate: false, staleIfError: false })
          return rememberFailure(error)
        }
        if (value === undefined) return value
        let asked = '`unless`'
        try {
          if (unless?.call(this, args, value) === true) context.skip()
          else if (typeof tags === 'function') {
            asked = '`tags`'
            context.addTags(validateTags(select(tags, { self: this, args, value }), 'tags'))
          }
        } catch (cause) {
          // The value is there, and its callers want it. Without its tags it could not be invalidated.
          context.skip(callbackError(asked, 'The call', { cause }))
        }
        return value
      }
      // Who gives up leaves the load to the others, and ends it as the last.
      const options = around?.abortable === true ? { ...loadOptions, signal: around.signal } : loadOptions
      const answer = cache.getOrSet(key, load, options)
      return remembers || (sharesKeys && failures.isOn) ? answer.then(throwRemembered) : answer
    } catch (error) {
      return Promise.reject(error)
    }
  }
  return mark(cached, plan)
}

function givenKey({ key }: Options): CallKey | undefined {
  return key && ((self, args) => key.apply(self, args as unknown[]))
}

/** A member that overrides another, calls it by `super` and has the same `key`, or one that calls itself. */
function waitsForItself(name: string): RequestError {
  return new RequestError(
    'ERR_REQUEST_CYCLE',
    `\`${name}\` was called for a key from within the load of that key, and would wait for itself. Where it overrides a method that it calls, give the two different keys.`,
    { context: { name } },
  )
}
