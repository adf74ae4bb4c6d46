/** Which options, entries and events the types let pass. Nothing runs: the file passes when it compiles. */
import { expectTypeOf } from 'vitest'
import type { CacheEvent, CacheEventOf, CacheEventType, CacheListener, HotpathError, SetEntry } from './core.ts'
import { type Cache, type CacheKey, type ManyLoader, type Token, createCache, memory } from './core.ts'

declare const cache: Cache
declare const token: Token
interface City {
  readonly name: string
}
declare const ulm: City

// A call knows its own options and no others.
void cache.getOrSet('k', () => 1, { ttl: '5m', tags: ['t'], after: token, refresh: true, staleIfError: false })
void cache.set('k', 1, { ttl: '5m', tags: ['t'], asOf: cache.position() })
void cache.get('k', { after: token, stale: true })
cache.namespace('n', { ttl: '5m', jitter: 0.1 })
// @ts-expect-error: lifetimes are `ttl`
void cache.getOrSet('k', () => 1, { maxAge: 5 })
// @ts-expect-error: a list, not one
void cache.getOrSet('k', () => 1, { tags: 't' })
// @ts-expect-error: a load is judged by itself
void cache.getOrSet('k', () => 1, { asOf: token })
// @ts-expect-error: no such unit
void cache.getOrSet('k', () => 1, { ttl: '5x' })
// @ts-expect-error: a `ttl` that is off would be `0`
void cache.getOrSet('k', () => 1, { ttl: false })
// @ts-expect-error: a write reads nothing
void cache.set('k', 1, { after: token })
// @ts-expect-error: not any text is a token
void cache.set('k', 1, { asOf: 'epoch.5' })
// @ts-expect-error: nothing is loaded
void cache.get('k', { ttl: '5m' })
// @ts-expect-error: memory answers at once, and waits for no token
cache.peek('k', { after: token })
// @ts-expect-error: a namespace has no tiers of its own
cache.namespace('n', { tiers: [] })

// Nor does a maker.
// @ts-expect-error: no such unit
createCache({ name: 'n', tiers: [memory({ maxEntries: 1 })], tierTimeout: '1 sec' })
// @ts-expect-error: one tier is a list of one
createCache({ name: 'n', tiers: memory({ maxEntries: 1 }) })
// @ts-expect-error: the bound is `maxEntries`
memory({ max: 5 })
// @ts-expect-error: bounds are explicit
memory()

// Keys are data: what has a class is not.
// @ts-expect-error: a class instance is no part
void cache.get(['k', new Set()])
// @ts-expect-error: nor within a list
void cache.get(['k', [new Map()]])
// @ts-expect-error: an object is no key
void cache.delete({ id: 1 })

// Entries say their key and value, and may have options of their own.
void cache.setMany([
  { key: ['city', 1], value: ulm },
  { key: 'city:2', value: null, ttl: '1m', tags: ['t'], asOf: token },
])
void cache.setMany(new Set<SetEntry<City>>())
void cache.setMany([], { ttl: '1m' })
// @ts-expect-error: an entry has a value
void cache.setMany([{ key: 'k' }])
// @ts-expect-error: no such option
void cache.setMany([{ key: 'k', value: 1, maxAge: 5 }])
// @ts-expect-error: entries are objects, not pairs
void cache.setMany([['k', 1]])
// @ts-expect-error: nor an object by key
void cache.setMany({ k: 1 })
expectTypeOf<SetEntry<City>['value']>().toEqualTypeOf<City>()
expectTypeOf(cache.setMany([])).resolves.toEqualTypeOf<Token>()

// A loader of many answers in order or by key, now or later; only in order may it leave one out.
const inOrder: ManyLoader<City> = (missing) => missing.map((key) => (key === 'ulm' ? ulm : undefined))
const byKey: ManyLoader<City> = async (missing, { signal }) => {
  expectTypeOf(missing).toEqualTypeOf<readonly CacheKey[]>()
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  return new Map(missing.map((key) => [key, ulm]))
}
expectTypeOf(cache.getOrSetMany(['ulm'], inOrder)).resolves.toEqualTypeOf<(City | undefined)[]>()
expectTypeOf(cache.getOrSetMany(['ulm'], byKey)).resolves.toEqualTypeOf<(City | undefined)[]>()
expectTypeOf(cache.getOrSetMany(['ulm'], async () => new Map([['ulm', ulm]]))).resolves.items.toEqualTypeOf<
  City | undefined
>()
// @ts-expect-error: one value is no list
void cache.getOrSetMany(['ulm'], () => ulm)
// @ts-expect-error: an object by name is neither
expectTypeOf<() => { readonly ulm: City }>().toExtend<ManyLoader<City>>()

// A listener gets its event, and the union is told apart by `type`.
cache.on('fault', (event) => {
  expectTypeOf(event).toEqualTypeOf<CacheEventOf<'fault'>>()
  expectTypeOf(event.error).toEqualTypeOf<HotpathError>()
})
cache.on('hit', ({ tier, stale }) => {
  expectTypeOf(tier).toEqualTypeOf<string>()
  expectTypeOf(stale).toEqualTypeOf<boolean>()
})
cache.on('refresh', ({ reason }) => expectTypeOf(reason).toEqualTypeOf<'stale' | 'ahead'>())
expectTypeOf(cache.on('set', () => {})).toEqualTypeOf<() => void>()
// @ts-expect-error: a reset concerns no key
cache.on('reset', ({ key }) => key)
// @ts-expect-error: an error is passed on as it is, so nobody knows its type
cache.on('load-error', ({ error }) => error.message)
expectTypeOf<CacheEvent['type']>().toEqualTypeOf<CacheEventType>()
expectTypeOf<CacheListener<'miss'>>().parameter(0).toEqualTypeOf<CacheEventOf<'miss'>>()

// Warming takes keys or entries, from lists and streams.
declare const stream: AsyncIterable<CacheKey>
void cache.warm(stream, { load: ({ key }) => key, concurrency: 4 })
void cache.warm([{ key: 'k', value: 1 }])
// @ts-expect-error: no such option
void cache.warm(stream, { parallel: 4 })

// A token comes out of every write, and only writes and `position()` make one.
for (const write of [cache.delete('k'), cache.expire('k'), cache.invalidateTags(['t']), cache.clear()]) {
  expectTypeOf(write).resolves.toEqualTypeOf<Token>()
}
expectTypeOf(cache.position()).toEqualTypeOf<Token | undefined>()
expectTypeOf<Token>().toExtend<string>()

// A wrapped function may answer at once; its twin never does.
const twin = cache.wrap((name: string): City => ({ name }), { ttl: '1m', tags: ({ length }) => [`${length}`] })
expectTypeOf(twin('Ulm')).resolves.toEqualTypeOf<City>()
expectTypeOf(twin.key).returns.toEqualTypeOf<CacheKey>()
// @ts-expect-error: the tags are made from the arguments that there are
cache.wrap((name: string) => name, { tags: ([, second]) => [second] })
// @ts-expect-error: no such option
cache.wrap((name: string) => name, { maxAge: 5 })
