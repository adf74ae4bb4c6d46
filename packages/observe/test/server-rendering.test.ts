import { createMemoryLog, shared } from '@hotpath/core/shared'
import type { Tier, Token } from '@hotpath/contract'
import { memory } from '@hotpath/core'
import { deferredTier } from '@hotpath/core/deferred'
import { insideOf } from '@hotpath/core/inside'
import { asyncTier, deferred, flush } from '@hotpath/testkit'
import { describe, expect, it, vi } from 'vitest'
import { observe } from '../src/index.ts'
import { observePages } from '../src/pages/index.ts'
import { dehydrate, hydrate } from '../src/server-rendering/index.ts'
import { make, watch } from './make.ts'

/** A server that has rendered a page with two values. */
async function render() {
  const { cache, clock } = make()
  await cache.set(['city', 1], { name: 'Bern', since: new Date(0) }, { tags: ['cities'] })
  await cache.set(['city', 2], '</script><script>alert(1)</script>&\u2028')
  clock.advance(10_000)
  const sent = await dehydrate(cache, [
    ['city', 1],
    ['city', 2],
  ])
  return { ...sent, token: cache.position(), clock }
}

/** The page, ten seconds later than the server began. */
function open(options: Parameters<typeof make>[0] = {}) {
  const world = make(options)
  world.clock.advance(10_000)
  return world
}

/** The page, whose log begins when the test says so. */
function openLate() {
  let begin = (): void => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const log = createMemoryLog()
  const late = { ...log, snapshot: async () => begun.then(() => log.snapshot()) }
  return { ...make({ log: () => late, shared }), begin: () => begin() }
}

describe('what a server rendered', () => {
  it('is shown at once, and not loaded while it is fresh', async () => {
    const { json } = await render()
    const { cache } = open()
    const hydrated = hydrate(cache, json)
    const load = vi.fn(async () => ({ name: 'new', since: new Date(1) }))
    const city = observe(cache, ['city', 1], load)
    watch(city)
    await flush()
    expect(city.snapshot()).toMatchObject({ data: { name: 'Bern', since: new Date(0) }, isStale: false })
    expect([hydrated.count, await hydrated.stored, load.mock.calls.length]).toEqual([2, 2, 0])
    expect(await cache.inspect(['city', 1])).toMatchObject({ tags: ['cities'], ttlLeftMs: 50_000 })
    await cache.invalidateTags(['cities'])
    await flush()
    expect(city.snapshot().data?.name).toBe('new')
  })

  it('cannot end the script that it is in', async () => {
    const { json } = await render()
    expect(json).not.toMatch(/[<>&\u2028]/)
    const { cache } = open()
    hydrate(cache, json)
    expect(cache.peek(['city', 2])).toBe('</script><script>alert(1)</script>&\u2028')
  })

  it('is what was asked for, within its size, and says what is missing', async () => {
    const { cache } = make()
    await cache.setMany([
      { key: 'a', value: 'x'.repeat(500) },
      { key: 'b', value: 'y'.repeat(500) },
      { key: 'secret', value: 'z' },
    ])
    await cache.set('instance', new Error('mine'))
    const { json, leftOut } = await dehydrate(cache, ['a', 'b', 'none', 'instance'], { maxBytes: 800 })
    expect(leftOut).toEqual([
      { key: 'b', reason: 'size' },
      { key: 'none', reason: 'missing' },
      { key: 'instance', reason: 'value' },
    ])
    expect([json.includes('zzz'), json.includes('secret'), json.length < 800]).toEqual([false, false, true])
  })

  it('is a placeholder until the view of the log is there, and goes when it is invalidated before', async () => {
    const { json, token } = await render()
    const { cache, begin } = openLate()
    const { stored } = hydrate(cache, json, { lastSeen: token })
    const city = observe(cache, ['city', 1], async () => ({ name: 'new', since: new Date(0) }))
    expect(city.snapshot()).toMatchObject({ data: { name: 'Bern' }, isPlaceholder: true, isStale: true })
    const deleted = cache.delete(['city', 2])
    begin()
    await deleted
    expect(await stored).toBe(1)
    expect(city.snapshot()).toMatchObject({ data: { name: 'Bern' }, isPlaceholder: false, isStale: false })
  })

  it('goes at once when this page invalidates it while the code of its log is on its way', async () => {
    const { json, token } = await render()
    const later = deferred<Tier>()
    const tier = deferredTier({ type: 'later', load: () => later.promise })
    const { cache } = make({ tiers: [memory({ maxEntries: 100 }), tier] })
    const { stored } = hydrate(cache, json, { lastSeen: token })
    const city = observe(cache, ['city', 1], async () => ({ name: 'new', since: new Date(0) }))
    watch(city)
    const invalidated = cache.invalidateTags(['cities'])
    later.resolve({ ...asyncTier(), shared, openLog: () => createMemoryLog() })
    await invalidated
    expect(await stored).toBe(1)
    await flush()
    expect(city.snapshot()).toMatchObject({ data: { name: 'new' }, isStale: false })
  })

  it('is shown and not stored where other tabs have invalidated something that the server may not have had', async () => {
    const { json } = await render()
    const log = createMemoryLog()
    const [other, { cache }] = [make({ log: () => log, shared }), open({ log: () => log, shared })]
    await other.cache.ready()
    await other.cache.invalidateTags(['anything'])
    await cache.ready()
    const { stored } = hydrate(cache, json)
    const city = observe(cache, ['city', 1], async () => ({ name: 'new', since: new Date(0) }))
    expect(city.snapshot()).toMatchObject({ data: { name: 'Bern' }, isPlaceholder: true, isStale: true })
    expect(await stored).toBe(0)
    watch(city)
    await flush()
    expect(city.snapshot()).toMatchObject({ data: { name: 'new' }, isStale: false })
  })

  it('is stored where the log of the tabs has no record yet', async () => {
    const { json } = await render()
    const { cache } = open({ log: () => createMemoryLog(), shared })
    await cache.ready()
    expect(await hydrate(cache, json).stored).toBe(2)
  })

  it('is stale when the page is older than what the browser has seen', async () => {
    const { json, token } = await render()
    const [epoch, position] = (token as string).split('.') as [string, string]
    const { cache } = open()
    const hydrated = hydrate(cache, json, { lastSeen: `${epoch}.${Number(position) + 1}` as Token })
    const city = observe(cache, ['city', 1], async () => ({ name: 'new' }))
    expect(city.snapshot()).toMatchObject({ data: { name: 'Bern' }, isStale: true, isPlaceholder: true })
    expect([await hydrated.stored, hydrated.token]).toEqual([0, token])
    expect(await hydrate(open().cache, json, { lastSeen: token }).stored).toBe(2)
    expect(await hydrate(open().cache, json, { lastSeen: 'other.1' as Token }).stored).toBe(0)
  })

  it('is not stored when the browser has heard of what came after it', async () => {
    const { json, token } = await render()
    const [epoch, position] = (token as string).split('.') as [string, string]
    const { cache } = open()
    const part = insideOf(cache).part<{ read?: () => Promise<Token> }>(Symbol.for('@hotpath/server-token'), () => ({}))
    part.read = async () => `${epoch}.${Number(position) + 1}` as Token
    expect(await hydrate(cache, json).stored).toBe(0)
    part.read = async () => token as Token
    expect(await hydrate(cache, json).stored).toBe(2)
  })

  it('takes the place of nothing that is newer', async () => {
    const { json } = await render()
    const { cache, clock } = make()
    clock.advance(9_000)
    await cache.set(['city', 1], { name: 'newer' })
    clock.advance(2_000)
    expect(await hydrate(cache, json).stored).toBe(1)
    expect(cache.peek(['city', 1])).toEqual({ name: 'newer' })
  })

  it('is not stored when its time was over before it arrived', async () => {
    const { json } = await render()
    const { cache, clock } = open()
    clock.advance(60_000)
    const { stored } = hydrate(cache, json)
    expect([await stored, cache.peek(['city', 1])]).toEqual([0, undefined])
    expect(observe(cache, ['city', 1], () => 1).snapshot()).toMatchObject({
      isPlaceholder: true,
      updatedAt: clock.now() - 70_000,
    })
  })

  it('keeps the namespace that it was read with', async () => {
    const { cache } = make()
    await cache.set(['user', 1], 'Ann')
    const { json } = await dehydrate(cache.namespace('user'), [[1]])
    const page = make().cache
    hydrate(page.namespace('user'), json)
    expect(page.peek(['user', 1])).toBe('Ann')
  })
})

describe('a payload', () => {
  const entry = (value: unknown) => ['k', value, 0, 1_000, []]
  const payload = (entries: unknown, more: object = {}) =>
    JSON.stringify({ version: 1, sentAt: Date.UTC(2030, 0, 1), entries, ...more })

  it.each([
    ['no JSON', '{', 'malformed'],
    ['no string', 1, 'malformed'],
    ['null', 'null', 'malformed'],
    ['without entries', payload(undefined), 'malformed'],
    ['of another version', payload([], { version: 2 }), 'version'],
    ['of a schema', payload([], { schema: 3 }), 'schema'],
    ['of 6 MB', payload([entry('x'.repeat(6_000_000))]), 'size'],
  ])('that is %s is not read', async (_, json, refused) => {
    const { cache } = make()
    const hydrated = hydrate(cache, json as string)
    expect([hydrated.refused, hydrated.count, await hydrated.stored]).toEqual([refused, 0, 0])
  })

  it('of another schema is not read, of the same it is', () => {
    const { cache } = make()
    const json = payload([entry(1)], { schema: 'a' })
    expect(hydrate(cache, json, { schema: 'b' }).refused).toBe('schema')
    expect(hydrate(cache, json, { schema: 'a' }).count).toBe(1)
  })

  it.each([
    ['nothing', null],
    ['a key that is a list', [['k'], 1, 0, 1, []]],
    ['an age before its time', ['k', 1, -1, 1, []]],
    ['tags that are no strings', ['k', 1, 0, 1, [1]]],
    ['a tag that is none', ['k', 1, 0, 1, ['']]],
    ['no value', entry({ $: ['undefined', 0] })],
    ['a kind that there is not', entry({ $: ['function', 'x'] })],
  ])('leaves out %s', (_, bad) => {
    const { cache } = make()
    expect(hydrate(cache, payload([bad, ['good', 1, 0, 1_000, []]])).count).toBe(1)
    expect([cache.peek('k'), cache.peek('good')]).toEqual([undefined, 1])
  })

  it('pollutes no prototype', () => {
    const { cache } = make()
    const json = payload([]).replace(
      '[]',
      '[["k",{"a":{"__proto__":{"polluted":1}}},0,1000,[]],["__proto__",1,0,1000,[]]]',
    )
    hydrate(cache, json)
    expect(cache.peek('k')).toBeUndefined()
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

describe('what a server sends', () => {
  it('is left out in time where it is met more often than there is room', async () => {
    const { cache } = make()
    let value: object = {}
    for (let level = 0; level < 60; level++) value = { a: value, b: value }
    await cache.set('graph', value)
    await cache.set('other', 1)
    const { json, leftOut } = await dehydrate(cache, ['graph', 'other'])
    expect(leftOut).toEqual([{ key: 'graph', reason: 'size' }])
    expect(hydrate(open().cache, json).count).toBe(1)
  })

  it('has no token that is none, and counts what is shown', () => {
    const entries = Array.from({ length: 1_500 }, (_, id) => [`k:${id}`, id, 0, 60_000, []])
    const { cache } = open()
    const hydrated = hydrate(cache, JSON.stringify({ version: 1, sentAt: 0, token: 'mine', entries }))
    expect([hydrated.token, hydrated.count]).toEqual([undefined, 1_000])
  })
})

describe('what a server showed', () => {
  it('is there for a framework that takes it over, whatever is stored meanwhile, for a minute', async () => {
    const { json } = await render()
    const { cache, clock } = open()
    const city = observe(cache, ['city', 1], async () => ({ name: 'new' }), { select: ({ name }) => ({ name }) })
    const own = observe(cache, 'own', () => 'own')
    await cache.set('own', 'of an earlier visit')
    expect(own.serverSnapshot()).toBe(own.snapshot())

    hydrate(cache, json)
    await cache.set(['city', 1], { name: 'of another tab' })
    expect(city.snapshot().data).toEqual({ name: 'of another tab' })
    const sent = city.serverSnapshot()
    expect(sent).toMatchObject({
      data: { name: 'Bern' },
      status: 'ready',
      source: 'load',
      updatedAt: clock.now() - 10_000,
    })
    expect(sent).toMatchObject({ isStale: false, isFetching: false, isPlaceholder: false, error: undefined })
    expect(city.serverSnapshot()).toBe(sent)
    expect([own.serverSnapshot().status, own.snapshot().data]).toEqual(['pending', 'of an earlier visit'])

    clock.advance(60_000)
    expect(city.serverSnapshot()).toBe(city.snapshot())
  })

  it('is there of a list', async () => {
    const load = async ({ cursor }: { readonly cursor: number }): Promise<number[]> => [cursor, cursor + 1]
    const options = { first: 0, next: (last: readonly number[]) => (last[1] ?? 0) + 1 }
    const server = make()
    await observePages(server.cache, 'list', load, options).ready()
    const { json } = await dehydrate(server.cache, ['list'])
    const { cache } = open()
    const list = observePages(cache, 'list', load, options)
    hydrate(cache, json)
    await list.fetchNext()
    expect([list.snapshot().items, list.serverSnapshot().items]).toEqual([
      [0, 1, 2, 3],
      [0, 1],
    ])
    expect(list.serverSnapshot()).toBe(list.serverSnapshot())
  })
})
