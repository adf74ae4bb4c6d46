/** What the types promise. Nothing runs: the file passes when it compiles. */
import type { Cache } from '@hotpath/core'
import { expectTypeOf } from 'vitest'
import {
  batch,
  circuitBreaker,
  compose,
  createQueue,
  createRequestEvents,
  currentCall,
  dedupe,
  fallback,
  hedge,
  limit,
  type LoadingCache,
  memoize,
  type Policy,
  type RequestEventType,
  retry,
  throttle,
  timeout,
} from '../src/index.ts'

interface City {
  readonly name: string
}
declare function cityOf(id: number): Promise<City>
declare function lengthOf(text: string, from?: number): number

// A function that answers with a promise keeps its type; one that answers at once gets its asynchronous twin.
expectTypeOf(retry(cityOf)).toExtend<(id: number) => Promise<City>>()
expectTypeOf(retry(cityOf)(1)).resolves.toEqualTypeOf<City>()
expectTypeOf(retry(lengthOf)('x', 1)).resolves.toEqualTypeOf<number>()
expectTypeOf(retry(lengthOf).with({ priority: 'high' })('x')).resolves.toEqualTypeOf<number>()
// @ts-expect-error: a number
void retry(cityOf)('1')
// @ts-expect-error: needs its argument
void retry(cityOf).with({})()

// Generic and overloaded functions stay so.
declare function same<Value>(value: Value): Promise<Value>
declare function either(id: number): Promise<City>
declare function either(name: string): Promise<string>
expectTypeOf(compose(same, timeout('2s'), retry())({ a: 1 })).resolves.toEqualTypeOf<{ a: number }>()
expectTypeOf(timeout(either, '2s')('x')).resolves.toEqualTypeOf<string>()
expectTypeOf(timeout(either, '2s')(1)).resolves.toEqualTypeOf<City>()

// `this` is passed on, and asked for.
declare function greet(this: { readonly word: string }, name: string): Promise<string>
const service = { word: 'hello', greet: retry(greet) }
expectTypeOf(service.greet('ann')).resolves.toEqualTypeOf<string>()
// @ts-expect-error: no `word` at hand
void { greet: retry(greet) }.greet('ann')

// A composition answers what the function answers, or what a fallback does.
const all = compose(cityOf, timeout('2s'), retry({ attempts: 3 }), circuitBreaker(), hedge(), limit({ concurrency: 5 }))
expectTypeOf(all(1)).resolves.toEqualTypeOf<City>()
const backed = compose(
  cityOf,
  fallback(() => null),
  throttle({ limit: 5, interval: '1s' }),
)
expectTypeOf(backed(1)).resolves.toEqualTypeOf<City | null>()
expectTypeOf(backed.with({ signal: currentCall().signal })(1)).resolves.toEqualTypeOf<City | null>()
expectTypeOf(fallback(cityOf, async (_error, id) => id)(1)).resolves.toEqualTypeOf<City | number>()
// @ts-expect-error: a policy, not its options
compose(cityOf, { attempts: 3 })
// @ts-expect-error: the maker, not what it makes
compose(cityOf, retry, 5)

// A key is made from the arguments that there are.
dedupe(cityOf, { key: (id) => ['city', id] })
compose(cityOf, dedupe({ key: (id: number) => id }), memoize({ maxEntries: 5, key: (id: number) => id }))
compose(cityOf, dedupe())
// @ts-expect-error: the argument is a number
dedupe(cityOf, { key: (id: string) => id })
// @ts-expect-error: the argument is a number
compose(cityOf, dedupe({ key: (id: string) => id }))
// @ts-expect-error: an object with a class is no key
dedupe(cityOf, { key: () => new Map() })

// The cache of @hotpath/core is one to load with.
expectTypeOf<Cache>().toExtend<LoadingCache>()
expectTypeOf<Cache>().toExtend<LoadingCache<City>>()
// So is a namespace of one kind of values, where that is what is loaded.
declare const cities: Cache<City>
const loadCities = async (ids: readonly number[]): Promise<City[]> => ids.map((id) => ({ name: `city ${id}` }))
const cityBatch = batch(loadCities, { cache: cities, key: (id) => ['city', id], tags: (_id, { name }) => [name] })
expectTypeOf(cityBatch.load(1)).resolves.toEqualTypeOf<City>()
expectTypeOf(
  batch(async (ids: number[]) => new Map(ids.map((id): [number, City] => [id, { name: '' }])), {
    cache: cities,
  }).load(1),
).resolves.toEqualTypeOf<City | undefined>()
batch(async (ids: number[]) => ids.map((): City | undefined => undefined), { cache: cities })
batch(async (ids: number[]) => ids.map((id): City | Error => (id > 0 ? { name: '' } : new Error('none'))), {
  cache: cities,
})
batch(async (ids: number[]) => ids.map((id) => ({ name: `${id}`, isCapital: true })), { cache: cities })
// @ts-expect-error: no city
batch(async (ids: number[]) => ids.map(String), { cache: cities })
// @ts-expect-error: not all are cities
batch(async (ids: number[]) => ids.map((id) => (id > 0 ? { name: '' } : null)), { cache: cities })
const memoized = memoize(cityOf, { maxEntries: 10, key: (id) => id, unless: ([id], { name }) => name === id.toFixed() })
expectTypeOf(memoized(1)).resolves.toEqualTypeOf<City>()
expectTypeOf(memoized.invalidate).parameters.toEqualTypeOf<[id: number]>()
memoize(cityOf, { maxEntries: 100, ttl: '1m' })
// @ts-expect-error: no bound
memoize(cityOf, { ttl: '1m' })
// @ts-expect-error: what is kept here is never stale
memoize(cityOf, { maxEntries: 100, staleIfError: '1m' })

// Policies know their own options and no others.
// @ts-expect-error: it is `attempts`
retry(cityOf, { retries: 3 })
// @ts-expect-error: no such unit
timeout(cityOf, '2 sec')
// @ts-expect-error: needs a limit
limit(cityOf)
// @ts-expect-error: needs an interval
throttle(cityOf, { limit: 5 })
// @ts-expect-error: no such priority
void retry(cityOf).with({ priority: 'urgent' })(1)

expectTypeOf(circuitBreaker(cityOf).state).toEqualTypeOf<'closed' | 'open' | 'half-open'>()
expectTypeOf(limit({ concurrency: 1 }).waiting).toEqualTypeOf<number>()
expectTypeOf(createQueue({ concurrency: 1 }).add(() => 5)).resolves.toEqualTypeOf<number>()
expectTypeOf(retry()).toEqualTypeOf<Policy>()

// A listener gets its event.
const events = createRequestEvents()
events.on('retry', ({ delayMs }) => expectTypeOf(delayMs).toEqualTypeOf<number>())
// @ts-expect-error: a dedupe has no attempts
events.on('dedupe', ({ attempt }) => attempt)
// @ts-expect-error: no such event
events.on('retried', () => {})

// A fallback in a composition knows the arguments.
expectTypeOf(
  compose(
    cityOf,
    fallback((error, id) => {
      expectTypeOf(error).toEqualTypeOf<unknown>()
      expectTypeOf(id).toEqualTypeOf<number>()
      return id
    }),
    retry(),
  )(1),
).resolves.toEqualTypeOf<City | number>()
// Alone, around a function written in place, and more than one of them.
expectTypeOf(
  compose(
    cityOf,
    fallback((_error, id) => id),
  )(1),
).resolves.toEqualTypeOf<City | number>()
expectTypeOf(
  compose(
    async (id: number) => `${id}`,
    fallback((_error, id) => id),
  )(1),
).resolves.toEqualTypeOf<string | number>()
expectTypeOf(
  compose(
    cityOf,
    fallback((_error, id) => id > 0),
    fallback((_error, id) => id),
  )(1),
).resolves.toEqualTypeOf<City | number | boolean>()
const ofText = fallback((_error: unknown, id: string) => id)
// @ts-expect-error: the argument is a number
compose(cityOf, ofText)

// A batch takes functions of arrays that may change, and of arrays that may not.
expectTypeOf(batch(async (ids: number[]) => ids.map(String)).load(1)).resolves.toEqualTypeOf<string>()
expectTypeOf(batch(async (ids: readonly number[]) => ids.map(String)).load(1)).resolves.toEqualTypeOf<string>()
expectTypeOf(batch(async (ids: number[]) => new Map(ids.map((id) => [id, 'x']))).load(1)).resolves.toEqualTypeOf<
  string | undefined
>()
expectTypeOf(
  batch(async (ids: number[]) => (ids.length > 9 ? ids.map(String) : new Map([[1, 'x']]))).load(1),
).resolves.toEqualTypeOf<string | undefined>()
// The compiler reports what is wrong, and not another form of the call.
// @ts-expect-error: no such option (TypeScript 6 reports it at the call, 7 at the option)
batch(async (ids: number[]) => ids.map(String), { maxBach: 5 })
// @ts-expect-error: no number
batch(async (ids: number[]) => new Map(ids.map((id) => [id, 'x'])), { maxBatch: '5' })
// @ts-expect-error: neither a list nor a Map
batch(async (ids: number[]) => ids.length)

// What is returned and not kept, and what is forgotten.
expectTypeOf(memoized.clear).toEqualTypeOf<() => Promise<void>>()
expectTypeOf(throttle({ limit: 1, interval: '1s' }).waiting).toEqualTypeOf<number>()
expectTypeOf(throttle(cityOf, { limit: 1, interval: '1s' }).waiting).toEqualTypeOf<number>()

// All events, and one of them.
events.on('*', ({ type }) => expectTypeOf(type).toEqualTypeOf<RequestEventType>())
events.once('retry', ({ delayMs }) => expectTypeOf(delayMs).toEqualTypeOf<number>())
// A wrapper of another library says nothing of what it may answer instead.
expectTypeOf(
  compose(
    cityOf,
    fallback(() => null),
    <Fn extends (...args: never) => unknown>(fn: Fn): Fn => fn,
  )(1),
).resolves.toEqualTypeOf<City | null>()
