/** What the types of the contract promise. Nothing runs: the file passes when it compiles. */
import { expectTypeOf } from 'vitest'
import {
  type ByteSize,
  type CacheKey,
  type Duration,
  type ERROR_CODES,
  type Entry,
  type ErrorCode,
  type FreshnessOptions,
  type HotpathError,
  type InvalidationLog,
  type KeyPart,
  type Mark,
  type MaybePromise,
  type Scope,
  type TierStore,
  type Token,
  createEntry,
  isHotpathError,
  parseDuration,
  parseToken,
  toToken,
} from '../src/index.ts'

// Durations are milliseconds or have a unit.
const durations = [0, 250, Infinity, '250ms', '5s', '1.5h', '10m', '7d'] as const satisfies readonly Duration[]
expectTypeOf<(typeof durations)[number]>().toExtend<Duration>()
expectTypeOf<'5 min'>().not.toExtend<Duration>()
expectTypeOf<'5x'>().not.toExtend<Duration>()
expectTypeOf<'5M'>().not.toExtend<Duration>()
expectTypeOf<'5'>().not.toExtend<Duration>()
expectTypeOf<'m'>().not.toExtend<Duration>()
expectTypeOf<false>().not.toExtend<Duration>()
// What was read from a file has to be looked at first.
expectTypeOf<string>().not.toExtend<Duration>()

expectTypeOf<'64mb'>().toExtend<ByteSize>()
expectTypeOf<'64 megabytes'>().not.toExtend<ByteSize>()
expectTypeOf<'64MB'>().not.toExtend<ByteSize>()
expectTypeOf<'5m'>().not.toExtend<ByteSize>()

// Keys are text, or lists of data.
interface Filter {
  readonly text: string
  readonly pages?: readonly number[]
}
expectTypeOf<['a', 1, 2n, true, null, undefined, Date, ['b'], { readonly c: { readonly d: 1 } }]>().toExtend<CacheKey>()
expectTypeOf<number>().not.toExtend<CacheKey>()
expectTypeOf<{ readonly id: 1 }>().not.toExtend<CacheKey>()
expectTypeOf<() => void>().not.toExtend<KeyPart>()
expectTypeOf<symbol>().not.toExtend<KeyPart>()
expectTypeOf<Filter>().toExtend<KeyPart>()
expectTypeOf<['search', Filter, { readonly within: readonly Filter[] }]>().toExtend<CacheKey>()
expectTypeOf<Map<string, string>>().not.toExtend<KeyPart>()
expectTypeOf<Promise<string>>().not.toExtend<KeyPart>()
expectTypeOf<RegExp>().not.toExtend<KeyPart>()
expectTypeOf<Uint8Array>().not.toExtend<KeyPart>()
expectTypeOf<readonly Map<string, string>[]>().not.toExtend<KeyPart>()

// `undefined` inherits and `false` turns off, save where there is nothing to turn off.
expectTypeOf<FreshnessOptions['staleWhileRevalidate']>().toEqualTypeOf<Duration | false | undefined>()
expectTypeOf<FreshnessOptions['staleIfError']>().toEqualTypeOf<Duration | false | undefined>()
expectTypeOf<FreshnessOptions['negativeTtl']>().toEqualTypeOf<Duration | false | undefined>()
expectTypeOf<FreshnessOptions['backoff']>().toEqualTypeOf<Duration | false | undefined>()
expectTypeOf<FreshnessOptions['ttl']>().toEqualTypeOf<Duration | undefined>()
const freshness = { ttl: undefined, jitter: 0.1, refreshAhead: true, timeout: { soft: '50ms', hard: false } } as const
expectTypeOf(freshness).toExtend<FreshnessOptions>()
expectTypeOf<{ timeout: { soft: true } }>().not.toExtend<FreshnessOptions>()

// A token can be read as text, and text is no token.
expectTypeOf<Token>().toExtend<string>()
expectTypeOf<string>().not.toExtend<Token>()
expectTypeOf<'epoch.5'>().not.toExtend<Token>()
expectTypeOf(toToken).returns.toEqualTypeOf<Token>()
expectTypeOf(parseToken).returns.toEqualTypeOf<Mark>()

// Entries keep the type of their value, and are changed by nobody but the engine.
declare const when: Omit<Entry, 'value' | 'judgedAt' | 'expired'>
const entry = createEntry({ ...when, value: { id: 1 } })
expectTypeOf(entry).toEqualTypeOf<Entry<{ id: number }>>()
entry.judgedAt = 5
entry.expired = true
// @ts-expect-error: a stored value is not replaced
entry.value = { id: 2 }
// @ts-expect-error: an entry does not become younger
entry.createdAt = 0
// @ts-expect-error: the marks are the engine's
createEntry({ ...when, value: 1, judgedAt: 1 })

// A code is one of a closed list, and an error is known by it.
expectTypeOf<(typeof ERROR_CODES)[number]>().toEqualTypeOf<ErrorCode>()
expectTypeOf<string>().not.toExtend<ErrorCode>()
declare const caught: unknown
if (isHotpathError(caught, 'ERR_LOAD_TIMEOUT')) expectTypeOf(caught).toEqualTypeOf<HotpathError>()
// @ts-expect-error: no such code
isHotpathError(caught, 'ERR_LOAD_TIMEDOUT')

// Scopes are told apart by their type.
declare const scope: Scope
if (scope.type === 'tag') expectTypeOf(scope).toEqualTypeOf<{ readonly type: 'tag'; readonly tag: string }>()
// @ts-expect-error: not every scope has a key
void scope.key

// Ports: answers may come at once or later, and what a port cannot do is left out.
expectTypeOf<TierStore['get']>().returns.toEqualTypeOf<MaybePromise<Entry | undefined>>()
expectTypeOf<TierStore['peek']>().extract<undefined>().toEqualTypeOf<undefined>()
expectTypeOf<InvalidationLog['append']>().returns.toEqualTypeOf<MaybePromise<Mark>>()

// Durations of environment variables, which may be missing.
expectTypeOf(parseDuration(undefined as string | undefined, 'CACHE_TTL')).toEqualTypeOf<number>()
// @ts-expect-error: a number is a duration already
parseDuration(5, 'CACHE_TTL')
