/** What the types of the doors promise. Nothing runs: the file passes when it compiles. */
import { expectTypeOf } from 'vitest'
import { type Change, type Changes, type ChangeGap, changes } from '../src/changes/changes.ts'
import { type HeldLease, lease } from '../src/lease/lease.ts'
import { presets } from '../src/presets.ts'
import { type Histogram, type HistogramBucket, createHistogram } from '../src/watch/histogram.ts'
import type { Cache, CacheEntry, InvalidationScope, LoadContext, ReadReport, Token, Written } from './core.ts'
import { createCache, memory } from './core.ts'

declare const cache: Cache
declare const token: Token
interface City {
  readonly name: string
}
const cities = cache.namespace<City>('city', presets.api)

// An entry has the value of its kind, and says all that is known.
expectTypeOf(cache.entry('k')).resolves.toEqualTypeOf<CacheEntry | undefined>()
expectTypeOf(cities.entry('ulm')).resolves.toEqualTypeOf<CacheEntry<City> | undefined>()
expectTypeOf(cache.entry<City>('k', { judgedBy: ['tenant:7'], stale: true, after: token })).resolves.toEqualTypeOf<
  CacheEntry<City> | undefined
>()
declare const entry: CacheEntry<City>
expectTypeOf(entry.value).toEqualTypeOf<City>()
expectTypeOf(entry.state).toEqualTypeOf<'fresh' | 'stale' | 'stale-if-error'>()
expectTypeOf([entry.ageMs, entry.ttlLeftMs]).toEqualTypeOf<number[]>()
expectTypeOf(entry.tags).toEqualTypeOf<readonly string[]>()
expectTypeOf(entry.asOf).toEqualTypeOf<Token | undefined>()
expectTypeOf(entry.tier).toEqualTypeOf<string | undefined>()
// @ts-expect-error: nothing is loaded
void cache.entry('k', { ttl: '5m' })

// How a read was served, and by what it is judged.
void cache.getOrSet('k', () => 1, {
  judgedBy: ['tenant:7'],
  onRead(report) {
    expectTypeOf(report).toEqualTypeOf<ReadReport>()
    expectTypeOf(report.from).toEqualTypeOf<'tier' | 'load' | 'joined'>()
  },
})
void cache.getOrSetMany(['k'], (keys) => keys.map(() => 1), { judgedBy: ['t'], onRead: ({ tier }) => tier })
void cache.getMany(['k'], { judgedBy: ['t'] })
void cache.has('k', { judgedBy: ['t'] })
// @ts-expect-error: `peek` is judged by the tags of the value
cache.peek('k', { judgedBy: ['t'] })
// @ts-expect-error: a list, not one
void cache.get('k', { judgedBy: 'tenant:7' })
// @ts-expect-error: nothing is loaded
void cache.get('k', { onRead: () => {} })

// A loader may say that what it has is older.
void cache.getOrSet('k', ({ setAsOf }) => (setAsOf(token), 1))
expectTypeOf<LoadContext['setAsOf']>().parameters.toEqualTypeOf<[token: Token]>()
// @ts-expect-error: not any string is a token
void cache.getOrSet('k', ({ setAsOf }) => (setAsOf('epoch.5'), 1))

// Positions.
expectTypeOf(cache.isCurrent(token)).toEqualTypeOf<boolean>()
expectTypeOf(cache.isCurrent(token, { key: ['city', 42], tags: ['t'] })).toEqualTypeOf<boolean>()
// @ts-expect-error: a list of tags
cache.isCurrent(token, { tags: 't' })

// The grid of invalidations. Each returns a token; a time is of soft ones.
void cache.invalidate([{ key: ['city', 42] }, { tags: ['t'] }, { prefix: ['city'] }, { pattern: 'c*' }, 'all'])
void cache.invalidate(new Set<InvalidationScope>(['all']), { soft: true, for: '1h', queue: true })
expectTypeOf(cache.deleteMany(['a', ['city', 42]])).resolves.toEqualTypeOf<Token>()
for (const soft of [
  cache.expire('k', { for: '1h' }),
  cache.expireTags(['t'], { for: 5_000 }),
  cache.expirePrefix(['city'], { for: Infinity }),
  cache.expirePattern('c*', { for: '1d' }),
  cache.expireAll({ for: '10m' }),
]) {
  expectTypeOf(soft).resolves.toEqualTypeOf<Token>()
}
// @ts-expect-error: what is gone has no time
void cache.invalidateTags(['t'], { for: '1h' })
// @ts-expect-error: no such unit
void cache.expireTags(['t'], { for: '1 hour' })
// @ts-expect-error: no scope
void cache.invalidate([{ tag: 't' }])
// @ts-expect-error: a list of scopes
void cache.invalidate('all')

// Writing through: what was saved, or the value where `save` returns nothing.
expectTypeOf(cache.write('k', { n: 1 }, () => {})).resolves.toEqualTypeOf<Written<{ n: number }>>()
expectTypeOf(cache.write('k', 1, async (n) => `${n}`)).resolves.toEqualTypeOf<Written<string>>()
void cache.write('k', 1, (_value, { signal }) => void signal.aborted, { rejected: () => true, tags: ['t'], ttl: '1m' })
// @ts-expect-error: a `save` is needed
void cache.write('k', 1)

// Changes are records, or a gap.
expectTypeOf(changes(cities, { from: token, signal: AbortSignal.timeout(1) })).toEqualTypeOf<Changes>()
declare const change: Change
if (change.type === 'gap') expectTypeOf(change).toEqualTypeOf<ChangeGap>()
else {
  expectTypeOf(change.strength).toEqualTypeOf<'hard' | 'soft'>()
  expectTypeOf(change.forMs).toEqualTypeOf<number | undefined>()
  expectTypeOf(change.own).toEqualTypeOf<boolean>()
  // @ts-expect-error: only some scopes have a tag
  void change.scope.tag
}
expectTypeOf(change.token).toEqualTypeOf<Token>()

// A lease is held, or not.
expectTypeOf(lease(cache, 'job', { ttl: '30s', wait: '1m', signal: AbortSignal.timeout(1) })).resolves.toEqualTypeOf<
  HeldLease | undefined
>()
declare const held: HeldLease
expectTypeOf(held.fencingToken).toEqualTypeOf<number>()
expectTypeOf(held.signal).toEqualTypeOf<AbortSignal>()
// @ts-expect-error: a lease has a name
void lease(cache)

// Presets are freshness, and may be spread.
createCache({ name: 'n', tiers: [memory({ maxEntries: 1, maxTtl: '30s' })], ...presets.query, jitter: 0.1 })
void cache.set('k', 1, presets.session)
void cache.set('k', 1, { maxEntryBytes: '10kb', speculative: true })
// @ts-expect-error: no such kind
void presets.page

// Histograms.
const times = createHistogram()
expectTypeOf(times).toEqualTypeOf<Histogram>()
expectTypeOf(times.buckets()).toEqualTypeOf<HistogramBucket[]>()
times.add(createHistogram())
// @ts-expect-error: numbers
times.record('5ms')

// Events that say how long.
cache.on('tier', ({ operation, durationMs, outcome }) => {
  expectTypeOf(operation).toEqualTypeOf<'get' | 'set' | 'delete'>()
  expectTypeOf(durationMs).toEqualTypeOf<number>()
  expectTypeOf(outcome).toEqualTypeOf<'success' | 'failure' | 'timeout'>()
})
cache.on('load-error', ({ durationMs }) => expectTypeOf(durationMs).toEqualTypeOf<number>())

// What is wrapped may leave results out.
cache.wrap(async (id: number) => ({ id }), {
  unless(args, row) {
    expectTypeOf(args).toEqualTypeOf<[id: number]>()
    expectTypeOf(row).toEqualTypeOf<{ id: number }>()
    return row.id === 0
  },
})

// A typed namespace returns and takes its own values alone.
// @ts-expect-error: no number
const wrong: Promise<number | undefined> = cities.get<number>('bonn')
void wrong
// @ts-expect-error: no city
void cities.write('bonn', 'Bonn', () => {})
// @ts-expect-error: what the save returns is stored, and is no city
void cities.write('bonn', { name: 'Bonn' }, () => 5)
void cities.write('bonn', { name: 'Bonn' }, () => {})
void cities.write('bonn', { name: 'Bonn' }, async () => ({ name: 'Bonn' }))
// @ts-expect-error: one of them for each scope
void cache.invalidate([{ key: 'a', tags: ['t'] }])
