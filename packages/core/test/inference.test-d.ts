/** What the types promise. Nothing runs: the file passes when it compiles. */
import { expectTypeOf } from 'vitest'
import type { CacheEvent, CacheKey, Loader, Token } from './core.ts'
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
expectTypeOf(cache.getOrSetMany(['a'], (keys) => keys.map(() => 1))).resolves.toEqualTypeOf<number[]>()
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

// The loader of many gets the keys as they were given, and what it returns says whether values may be missing.
const ids = [1, 2].map((id) => ['row', id] as const)
expectTypeOf(
  cache.getOrSetMany(ids, (missing) => {
    expectTypeOf(missing).toEqualTypeOf<readonly (readonly ['row', number])[]>()
    return missing.map(([, id]) => ({ id }))
  }),
).resolves.toEqualTypeOf<{ id: number }[]>()
expectTypeOf(
  cache.getOrSetMany(
    [
      ['row', 1],
      ['row', 2],
    ],
    (missing) => missing.map(([, id]) => id),
  ),
).resolves.toEqualTypeOf<(1 | 2)[]>()
expectTypeOf(
  cache.getOrSetMany(['a'], async (keys) => keys.map((): Row | undefined => undefined)),
).resolves.toEqualTypeOf<(Row | undefined)[]>()
expectTypeOf(cache.getOrSetMany<Row>(['a'], async () => [new Row()])).resolves.toEqualTypeOf<Row[]>()

// A namespace of one kind of values.
const rows = cache.namespace<Row>('row', { ttl: '5m' })
expectTypeOf(rows).toEqualTypeOf<Cache<Row>>()
expectTypeOf(rows.get(1 as unknown as string)).resolves.toEqualTypeOf<Row | undefined>()
expectTypeOf(rows.getMany(['1'])).resolves.toEqualTypeOf<(Row | undefined)[]>()
expectTypeOf(rows.peek('1')).toEqualTypeOf<Row | undefined>()
expectTypeOf(
  rows.getOrSet('1', ({ previous }) => {
    expectTypeOf(previous?.value).toEqualTypeOf<Row | undefined>()
    return previous?.notModified() ?? new Row()
  }),
).resolves.toEqualTypeOf<Row>()
expectTypeOf(rows.getOrSet('1', async () => undefined as Row | undefined)).resolves.toEqualTypeOf<Row | undefined>()
void rows.set('1', new Row())
// @ts-expect-error: no row
void rows.set('1', 'one')
// @ts-expect-error: no row
void rows.getOrSet('1', () => 'one')
// @ts-expect-error: no row
void rows.setMany([{ key: '1', value: 'one' }])
void rows.warm(['1'], {
  load: async ({ key, previous }) => previous?.notModified() ?? (key === '2' ? undefined : new Row()),
})
void rows.warm([{ key: '1', value: new Row() }])
// @ts-expect-error: no row
void rows.warm(['1'], { load: async () => 'one' })
// @ts-expect-error: no row
void rows.warm([{ key: '1', value: 'one' }])
declare const loadRow: Loader<Row>
void rows.warm(['1'], { load: loadRow })
void cache.warm(['1'], { load: loadRow })
declare function rowAt(index: number): Promise<Row | undefined>
expectTypeOf(rows.wrap(rowAt)(1)).resolves.toEqualTypeOf<Row | undefined>()
expectTypeOf(rows.wrap((id: number): Row => ({ id }))(1)).resolves.toEqualTypeOf<Row>()
expectTypeOf(
  rows.wrap(<Item extends Row>(item: Item) => Promise.resolve(item), { key: ({ id }) => ['row', id] }),
).toBeFunction()
// @ts-expect-error: no row
rows.wrap(async (id: number) => `row ${id}`)
// @ts-expect-error: not always a row
rows.wrap(async (id: number) => (id > 0 ? new Row() : null))
// @ts-expect-error: a map is no key
rows.wrap((all: Map<string, Row>) => all.get('1'))
expectTypeOf(rows).toExtend<Cache>()

// A key part may be typed by an interface.
interface Search {
  readonly text: string
  readonly tags?: readonly string[]
}
declare const search: Search
void cache.get(['search', search])
void cache.get<Row>(['search', { by: search }])
function rowOf<Id extends number>(id: Id): Promise<Row> {
  return cache.getOrSet(['row', id], () => new Row())
}
void rowOf(1)

// What is wrapped stays generic, and needs a key where its arguments are none.
declare function same<Item extends { readonly id: number }>(item: Item): Promise<Item>
expectTypeOf(cache.wrap(same)({ id: 1, name: 'x' })).resolves.toEqualTypeOf<{ id: number; name: string }>()
declare function echo<Item>(item: Item): Promise<Item>
expectTypeOf(cache.wrap(echo)('x')).resolves.toEqualTypeOf<string>()
declare function sizeOf(items: Map<string, number>): number
// @ts-expect-error: a map is no key
cache.wrap(sizeOf)
// @ts-expect-error: nor with other options
cache.wrap(sizeOf, { ttl: '5m' })
expectTypeOf(
  cache.wrap(sizeOf, { key: (items) => ['size', ...items.keys()], ttl: '5m' })(new Map()),
).resolves.toEqualTypeOf<number>()
// @ts-expect-error: a function is no key
cache.wrap(async (load: () => number) => load())

// All events, and one of them.
cache.on('*', (event) => {
  expectTypeOf(event).toEqualTypeOf<CacheEvent>()
})
cache.once('load', ({ durationMs }) => expectTypeOf(durationMs).toEqualTypeOf<number>())
