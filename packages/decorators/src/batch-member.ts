/**
 * Calls of one object with lists of keys become one call. The method keeps its type: each caller gives his list and gets
 * what belongs to it, so that a method for one key calls the one for many, and is batched with all others.
 */
import { type CacheKey, ConfigError, type FreshnessOptions, RequestError, kindOf } from '@hotpath/contract'
import { type BatchOptions, type CachedBatchOptions, type LoadingCache, batch } from '@hotpath/request'
import type { Cache, Token } from '@hotpath/core'
import { type CacheOption, cacheFinder } from './cache-source.ts'
import { forgetful } from './forgetful.ts'
import { assertParentheses } from './input.ts'
import { memberDecorator } from './member.ts'
import type { Anything, AnyFunction, ArgsOf, Asynchronous, MemberDecorator, ValueOf } from './member-types.ts'
import { noteEviction } from './overlaps.ts'
import { ownOf } from './per-object.ts'
import { throwRemembered } from './remembered-error.ts'

/** A method that takes a list of keys and answers a list of values, in their order. */
export type BatchMethod = (this: Anything, keys: Anything) => Promise<Anything>

/** What a batched method takes lists of. */
export type BatchKey<Of> = ArgsOf<Of> extends readonly [readonly (infer Key)[]] ? Key : never

/** What a batched method answers lists of. */
export type BatchValue<Of> = ValueOf<Of> extends readonly (infer Value)[] ? Value : never

/** Options of `@Batch`. With a `cache`, values are looked for there first and stored there, under their `key`. */
export interface BatchMemberOptions<This, Of>
  extends Omit<BatchOptions<BatchKey<Of>>, 'key'>,
    Omit<FreshnessOptions, 'timeout'> {
  /** What tells keys apart, and the key of a value in the cache. Default: the key itself; needed with a `cache`. */
  readonly key?: ((key: BatchKey<Of>) => CacheKey) | undefined
  /** Tags of a value in the cache, or what makes them from a key and its value. */
  readonly tags?: readonly string[] | ((key: BatchKey<Of>, value: BatchValue<Of>) => readonly string[]) | undefined
  /**
   * How many values each object keeps for later calls, the least recently used goes first; `invalidate` and `clear` forget
   * them. Not with a `cache`, which keeps the values. Default 0.
   */
  readonly maxEntries?: number | undefined
  /** The cache behind it, or what finds it on the object. Default: none. */
  readonly cache?: CacheOption<This> | undefined
}

/** What the compiler names when a method is not one for many keys. */
export interface MustTakeKeys {
  /** Let it take one list of keys, and answer a list of values in their order. */
  readonly 'must take a list of keys and answer a list': never
}

/** `unknown` for a method from a list to a list. */
export type Batchable<Of> =
  ArgsOf<Of> extends readonly [readonly unknown[]]
    ? ValueOf<Of> extends readonly unknown[]
      ? Asynchronous<Of>
      : MustTakeKeys
    : MustTakeKeys

/**
 * Calls of one object in one turn of the event loop (or a `window`) go out as one, each key once. An Error in the list
 * that the method answers is the answer for its key; when the method fails, the keys that make it fail are found, and
 * only the callers who asked for them fail.
 *
 * With `maxEntries` or a `cache`, `invalidate(self, 'name', [42])` forgets the values of keys; with `maxEntries`
 * `clear(self, 'name')` forgets all of an object.
 *
 * @throws ConfigError for wrong options, and when it stands before anything but a method or getter.
 */
export function Batch<This = Anything, Of = BatchMethod>(
  options: BatchMemberOptions<This, Of> = {},
): MemberDecorator<This, Of, Batchable<Of>> {
  assertParentheses(options, '@Batch')
  const plain = options as unknown as Options
  const { cache, key } = (plain as Options | null) ?? {}
  if (cache !== undefined && key === undefined) {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      "`@Batch` with a `cache` needs the keys of the values there. Pass `key: (id) => ['user', id]`.",
    )
  }
  const noHome = { get: () => undefined }
  const findCache = cacheFinder(cache, noHome, '`@Batch`')
  batch(Object as never, withCache(plain, cache === undefined ? undefined : () => findCache(undefined)))
  return memberDecorator('@Batch', ({ fn }) => {
    const own = ownOf((self) =>
      makeBatched(fn, self, withCache(plain, cache === undefined ? undefined : () => findCache(self))),
    )
    function batched(this: unknown, keys: unknown): Promise<unknown[]> {
      return own(this).load(keys)
    }
    if (cache === undefined && !((plain.maxEntries ?? 0) > 0)) return batched
    return forgetful(batched, {
      invalidate: (self, [keys]) => own(self).invalidate(keys),
      clear: cache === undefined ? (self) => own(self).clear() : undefined,
    })
  })
}

type Options = BatchMemberOptions<unknown, (keys: readonly unknown[]) => Promise<readonly unknown[]>>
type Plan = BatchOptions<unknown> | CachedBatchOptions<unknown, unknown>

/** The cache is found when it is needed, so that it can be swapped. */
function withCache(given: Options, find: (() => Cache) | undefined): Plan {
  // As it is: what is no object is refused where it is used.
  if (find === undefined) return given
  const { cache: _, ...options } = given
  const cache: LoadingCache = {
    // Another member may remember failures under the same keys.
    getOrSet: (...args) =>
      find()
        .getOrSet(...args)
        .then(throwRemembered) as never,
    set: (...args) => find().set(...args),
    delete(key) {
      const own = find()
      noteEviction(own, key)
      return own.delete(key)
    },
    clear: (...args) => find().clear(...args),
  }
  return { ...options, cache }
}

/** The calls of one object. */
interface Batched {
  load(keys: unknown): Promise<unknown[]>
  invalidate(keys: unknown): Promise<Token | undefined>
  clear(): void
}

function makeBatched(fn: AnyFunction, self: unknown, options: Plan): Batched {
  /** Errors that the method gave as answers. */
  const answered = new WeakSet<Error>()
  const loadMany = async (keys: readonly unknown[]): Promise<readonly unknown[]> => {
    const answers: unknown = await Reflect.apply(fn, self, [keys])
    if (!Array.isArray(answers)) throw noList(fn.name, answers)
    for (const answer of answers) if (answer instanceof Error) answered.add(answer)
    return answers as unknown[]
  }
  const { load, clear } = batch(loadMany, { name: fn.name, ...options })
  const inPlace = (error: unknown): unknown => {
    if (error instanceof Error && answered.has(error)) return error
    throw error
  }
  return {
    async load(keys) {
      if (!Array.isArray(keys)) throw noKeys(fn.name, keys)
      return Promise.all(keys.map((key) => load(key).catch(inPlace)))
    },
    invalidate(keys) {
      if (!Array.isArray(keys)) throw noKeys(fn.name, keys)
      // What a cache returns comes through: the last token is of the last write.
      const forgotten = Promise.all(keys.map((key): Promise<unknown> => clear(key)))
      const token = forgotten.then((tokens) => tokens.at(-1) as Token | undefined)
      // The promise of a write that will be retried is one that a caller may forget.
      token.catch(() => {})
      return token
    },
    clear: () => void clear(),
  }
}

function noList(name: string, answers: unknown): RequestError {
  return new RequestError(
    'ERR_REQUEST_RESULT',
    `\`${name}\` answered ${kindOf(answers)} where \`@Batch\` needs a list. Answer one value for each key, in their order.`,
  )
}

function noKeys(name: string, keys: unknown): ConfigError {
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${name}\` was called with ${kindOf(keys)} where \`@Batch\` needs a list of keys. Call it for example with \`[42]\`.`,
  )
}
