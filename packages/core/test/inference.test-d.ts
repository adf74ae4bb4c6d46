/** What the types promise. Nothing runs: the file passes when it compiles. */
import { expectTypeOf } from 'vitest'
import type { CacheKey, Token } from './core.ts'
import { type Cache, createCache, memory } from './core.ts'

declare const cache: Cache
declare class Row {
  readonly id: number
}

// The value comes from the loader.
expectTypeOf(cache.getOrSet('k', () => 1)).resolves.toEqualTypeOf<number>()
expectTypeOf(cache.getOrSet('k', async () => ({ id: 1 }))).resolves.toEqualTypeOf<{ id: number }>()
expectTypeOf(cache.getOrSet('k', () => null as Row | null)).resolves.toEqualTypeOf<Row | null>()
expectTypeOf(cache.getOrSet('k', ({ signal }) => signal.aborted)).resolves.toEqualTypeOf<boolean>()
expectTypeOf(cache.getOrSet('k', async ({ addTags }) => (addTags(['t']), 1))).resolves.toEqualTypeOf<number>()
expectTypeOf(
  cache.getOrSet<Row>('k', ({ previous, signal, addTags, setTtl }) => {
    expectTypeOf(previous?.value).toEqualTypeOf<Row | undefined>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    addTags(['t'])
    setTtl('5m')
    return previous?.notModified() ?? new Row()
  }),
).resolves.toEqualTypeOf<Row>()

// Without a loader it is what the caller says, or nothing.
expectTypeOf(cache.get('k')).resolves.toEqualTypeOf<unknown>()
expectTypeOf(cache.get<Row>('k')).resolves.toEqualTypeOf<Row | undefined>()
expectTypeOf(cache.getMany<Row>(['k'])).resolves.toEqualTypeOf<(Row | undefined)[]>()
expectTypeOf(cache.peek<Row>('k')).toEqualTypeOf<Row | undefined>()

// Many: a list, a map, or promises of them.
expectTypeOf(cache.getOrSetMany(['a'], (keys) => keys.map(() => 1))).resolves.toEqualTypeOf<(number | undefined)[]>()
expectTypeOf(cache.getOrSetMany(['a'], async () => new Map<CacheKey, Row>())).resolves.toEqualTypeOf<
  (Row | undefined)[]
>()

// A wrapped function keeps its arguments.
const wrapped = cache.wrap(async (id: number, deep?: boolean) => ({ id, deep }), {
  key: (id, deep) => {
    expectTypeOf(id).toEqualTypeOf<number>()
    expectTypeOf(deep).toEqualTypeOf<boolean | undefined>()
    return ['row', id]
  },
  tags: ([id], row) => {
    expectTypeOf(row).toEqualTypeOf<{ id: number; deep: boolean | undefined }>()
    return [`row:${id}`]
  },
})
expectTypeOf(wrapped).parameters.toEqualTypeOf<[id: number, deep?: boolean | undefined]>()
expectTypeOf(wrapped(1)).resolves.toEqualTypeOf<{ id: number; deep: boolean | undefined }>()
expectTypeOf(wrapped.invalidate(1)).resolves.toEqualTypeOf<Token>()
// @ts-expect-error: the wrong argument
void wrapped('1')

// Events narrow.
cache.on('load', ({ durationMs, stored }) => {
  expectTypeOf(durationMs).toEqualTypeOf<number>()
  expectTypeOf(stored).toEqualTypeOf<boolean>()
})
// @ts-expect-error: no such event
cache.on('loaded', () => {})
// @ts-expect-error: a miss has no tier
cache.on('miss', ({ tier }) => tier)

// Tokens are opaque.
expectTypeOf(cache.set('k', 1)).resolves.toEqualTypeOf<Token>()
// @ts-expect-error: not any string
void cache.get('k', { after: 'epoch.5' })

// Keys are data.
void cache.get(['a', 1, 2n, true, null, undefined, new Date(), ['b'], { c: { d: 1 } }])
// @ts-expect-error: a number is no key
void cache.get(42)
// @ts-expect-error: a function is no part
void cache.get(['k', () => 1])
// @ts-expect-error: a symbol is no part
void cache.get(['k', Symbol('s')])

// Durations have units, and options have names.
const tiers = [memory({ maxEntries: 1, maxBytes: '64mb' })]
createCache({ name: 'n', tiers, ttl: '250ms', staleWhileRevalidate: false, staleIfError: Infinity })
// @ts-expect-error: no such unit
createCache({ name: 'n', tiers, ttl: '5 min' })
// @ts-expect-error: no such option
createCache({ name: 'n', tiers, ttl: '5m', maxAge: 5 })
// @ts-expect-error: a cache has a name
createCache({ tiers })
// @ts-expect-error: no such unit
memory({ maxBytes: '64 parsecs' })
