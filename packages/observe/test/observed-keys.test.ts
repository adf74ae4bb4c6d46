import { flush } from '@hotpath/testkit'
import { describe, expect, it } from 'vitest'
import { observe, observedKeys } from '../src/index.ts'
import { observePages } from '../src/pages/index.ts'
import { dehydrate, hydrate } from '../src/server-rendering/index.ts'
import { make, watch } from './make.ts'

/** A server that has rendered a page: a value, one of a namespace, a list, one that was never loaded, and one that failed. */
async function render() {
  const { cache } = make()
  const users = cache.namespace('users')
  await observe(cache, ['city', 1], async () => 'Bern').ready()
  await observe(users, [7], async () => 'Ann').ready()
  await observePages(cache, 'list', async () => [1, 2], { first: 0, next: () => null }).ready()
  observe(cache, 'waiting', async () => 1)
  await observe(cache, 'failed', () => Promise.reject(new Error('down'))).ready()
  await cache.set('other', 'of nobody on the page')
  return { cache, users }
}

describe('the keys that were observed', () => {
  it('are those that have a value, as the cache or a namespace has them', async () => {
    const { cache, users } = await render()
    expect(observedKeys(cache).toSorted()).toEqual(['city:1', 'list', 'users:7'])
    expect(observedKeys(users)).toEqual(['7'])
  })

  it('are what a page needs to show the same', async () => {
    const { cache } = await render()
    const { json, leftOut } = await dehydrate(cache, observedKeys(cache))
    expect([leftOut, json.includes('of nobody')]).toEqual([[], false])
    const page = make().cache
    expect(hydrate(page, json).count).toBe(3)
    const snapshots = [
      observe(page, ['city', 1], () => '').snapshot().data,
      observe(page.namespace('users'), [7], () => '').snapshot().data,
      observePages(page, 'list', () => [0], { first: 0, next: () => null }).snapshot().items,
    ]
    expect(snapshots).toEqual(['Bern', 'Ann', [1, 2]])
  })
})

it.each([undefined, null])('a page that brought %s along is hydrated without', (json) => {
  expect(hydrate(make().cache, json)).toMatchObject({ count: 0, refused: 'malformed' })
})

describe('a page that is hydrated again, as by a router that renders on the server anew', () => {
  async function sent(name: string, afterMs: number): Promise<string> {
    const { cache, clock } = make()
    clock.advance(afterMs)
    await observe(cache, 'city', async () => name).ready()
    return (await dehydrate(cache, observedKeys(cache))).json
  }

  it('shows what is newer, also where something is on screen that was loaded meanwhile', async () => {
    const { cache, clock } = make()
    hydrate(cache, await sent('Bern', 0))
    const city = observe(cache, 'city', async () => 'of the page')
    watch(city)
    await flush()
    expect(city.snapshot().data).toBe('Bern')
    clock.advance(5_000)
    await cache.invalidate([{ key: 'city' }])
    await flush()
    expect(city.snapshot().data).toBe('of the page')
    clock.advance(5_000)
    hydrate(cache, await sent('Berne', 10_000))
    await flush()
    expect(city.snapshot()).toMatchObject({ data: 'Berne', isStale: false })
  })

  it('shows nothing that is older than what it has', async () => {
    const { cache, clock } = make()
    const old = await sent('Bern', 0)
    clock.advance(5_000)
    const city = observe(cache, 'city', async () => 'of the page')
    watch(city)
    await flush()
    hydrate(cache, old)
    await flush()
    expect(city.snapshot().data).toBe('of the page')
  })
})
