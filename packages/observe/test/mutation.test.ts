import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, it, vi } from 'vitest'
import { observe } from '../src/index.ts'
import { isTemporaryId, mutation, optimistic, temporaryId } from '../src/mutation/index.ts'
import { make, watch } from './make.ts'

interface City {
  readonly id: number
  readonly name: string
}

const renamed = (before: City, { name }: City): City => ({ ...before, name })

/** A page that shows a city of a server, and renames it when the test says how that ends. */
async function page() {
  const world = make()
  const { cache } = world
  const server = { city: { id: 1, name: 'Bern' } as City }
  const city = observe(cache, ['city', 1], async () => ({ ...server.city }), { tags: ['cities'] })
  const { seen } = watch(city)
  await flush()
  const calls = deferredLoader<void, City>()
  const rename = mutation(cache, calls, {
    optimistic: ({ id }) => [{ key: ['city', id], update: renamed }],
    invalidates: [{ tags: ['lists'] }],
  })
  return { ...world, server, city, seen, calls, rename }
}

function thrown(): never {
  throw new Error('mine')
}

describe('a mutation', () => {
  it('shows its change at once, in no read of the cache, until what it changed was loaded', async () => {
    const { cache, server, city, seen, calls, rename } = await page()
    seen.length = 0
    const done = rename.mutate({ id: 1, name: 'Berne' })
    expect(rename.snapshot()).toMatchObject({ status: 'pending', pending: 1, input: { name: 'Berne' } })
    expect([city.snapshot().data?.name, cache.peek(['city', 1])]).toEqual(['Berne', { id: 1, name: 'Bern' }])
    server.city = { id: 1, name: 'Berne' }
    calls.at(0).resolve()
    await done
    await flush()
    expect(rename.snapshot()).toMatchObject({ status: 'ready', pending: 0 })
    expect([city.snapshot().data?.name, cache.peek(['city', 1])]).toEqual(['Berne', { id: 1, name: 'Berne' }])
    expect(new Set(seen.map(({ data }) => data))).toEqual(new Set([seen[0]?.data]))
  })

  it('that fails takes back its own change alone, and what it may have changed is loaded', async () => {
    const { city, calls, rename, server } = await page()
    const first = rename.mutate({ id: 1, name: 'One' })
    const second = rename.mutate({ id: 1, name: 'Two' })
    expect(city.snapshot().data?.name).toBe('Two')
    calls.at(1).reject(new Error('refused'))
    await expect(second).rejects.toThrow('refused')
    expect(city.snapshot().data?.name).toBe('One')
    expect(rename.snapshot()).toMatchObject({ status: 'failed', pending: 1 })
    await flush()
    expect(city.snapshot().data?.name).toBe('One')
    server.city = { id: 1, name: 'One' }
    calls.at(0).resolve()
    await first
    await flush()
    expect(city.snapshot()).toMatchObject({ data: { name: 'One' }, isStale: false })
  })

  it('is not hidden by a record of the server for a key that is being edited', async () => {
    const { cache, city, calls, rename, server } = await page()
    const done = rename.mutate({ id: 1, name: 'Mine' })
    server.city = { id: 2, name: 'Theirs' }
    await cache.invalidateTags(['cities'])
    await flush()
    expect(city.snapshot().data).toEqual({ id: 2, name: 'Mine' })
    calls.at(0).reject(new Error('conflict'))
    await expect(done).rejects.toThrow('conflict')
    await flush()
    expect(city.snapshot().data).toEqual({ id: 2, name: 'Theirs' })
  })

  it('loads what it invalidates once, by one append', async () => {
    const { cache, calls, rename } = await page()
    const load = vi.fn(async () => [1])
    watch(observe(cache, 'list', load, { tags: ['lists'] }))
    await flush()
    const heard = vi.fn()
    cache.on('invalidated', ({ token }) => heard(token))
    const done = rename.mutate({ id: 1, name: 'Berne' })
    calls.at(0).resolve()
    await done
    await flush()
    expect(load).toHaveBeenCalledTimes(2)
    expect(heard).toHaveBeenCalledTimes(2)
  })

  it('that never settles is ended by its timeout', async () => {
    const { city, clock, rename, calls } = await page()
    const done = rename.mutate({ id: 1, name: 'Berne' })
    const failed = expect(done).rejects.toMatchObject({ code: 'ERR_LOAD_TIMEOUT' })
    await clock.advanceAsync(59_999)
    expect([city.snapshot().data?.name, rename.snapshot().status]).toEqual(['Berne', 'pending'])
    await clock.advanceAsync(200)
    await failed
    expect([city.snapshot().data?.name, rename.snapshot().status]).toEqual(['Bern', 'failed'])
    calls.at(0).resolve()
    await flush()
    expect(rename.snapshot().status).toBe('failed')
  })

  it('is aborted by its caller', async () => {
    const { cache } = make()
    const controller = new AbortController()
    let seen: AbortSignal | undefined
    const one = mutation(cache, (_: void, { signal }) => ((seen = signal), new Promise<void>(() => {})))
    const done = one.mutate(undefined, { signal: controller.signal })
    controller.abort(new Error('gone'))
    await expect(done).rejects.toThrow('gone')
    expect(seen?.aborted).toBe(true)
    await expect(one.mutate(undefined, { signal: controller.signal })).rejects.toThrow('gone')
  })

  it('reports to its listeners until it is reset', async () => {
    const { cache, faults } = make()
    const one = mutation(cache, async (n: number) => n + 1)
    const seen: unknown[] = []
    one.subscribe(() => {
      throw new Error('mine')
    })
    const stop = one.subscribe(() => seen.push([one.snapshot().status, one.snapshot().data]))
    expect(await one.mutate(1)).toBe(2)
    one.reset()
    stop()
    await one.mutate(2)
    expect(seen).toEqual([
      ['pending', undefined],
      ['ready', 2],
      ['idle', undefined],
    ])
    expect(faults[0]).toMatchObject({ code: 'ERR_LISTENER_THREW' })
  })

  it('of a closed cache still returns what the server did', async () => {
    const { cache, calls, rename } = await page()
    const done = rename.mutate({ id: 1, name: 'Berne' })
    await cache.close()
    calls.at(0).resolve()
    await expect(done).resolves.toBeUndefined()
  })

  it.each([
    ['throws', () => thrown()],
    ['names what is no tag', () => [{ tags: [''] }]],
    ['names nothing', () => undefined as never],
  ])('has not failed when `invalidates` %s, and its keys are loaded', async (_, invalidates) => {
    const { cache, city, server, faults } = await page()
    const change = mutation<City>(cache, async ({ name }) => void (server.city = { id: 1, name }), {
      optimistic: ({ id }) => [{ key: ['city', id], update: renamed }],
      invalidates,
      ids: () => thrown(),
    })
    await change.mutate({ id: 1, name: 'x' })
    await flush()
    expect([change.snapshot().status, city.snapshot().data?.name]).toEqual(['ready', 'x'])
    expect(cache.peek(['city', 1])).toEqual({ id: 1, name: 'x' })
    expect(faults.map(({ code }) => code)).toEqual(['ERR_LISTENER_THREW', 'ERR_LISTENER_THREW'])
  })

  it('with options that are wrong is refused', async () => {
    const { cache } = await page()
    expect(() => mutation(cache, async () => {}, { invalidates: 'x' as never })).toThrow('`invalidates` must be a list')
    expect(() => mutation(cache, async () => {}, { timout: 1 } as never)).toThrow('Did you mean `timeout`?')
    expect(() => mutation(cache, 1 as never)).toThrow('`run` must be a function')
    expect(() => optimistic(cache, 'k', 1 as never)).toThrow('`update` must be a function')
  })

  it('whose update throws is left out, and reported', async () => {
    const { cache, city, faults } = await page()
    optimistic(cache, ['city', 1], () => {
      throw new Error('mine')
    })
    optimistic<City>(cache, ['city', 1], (before) => ({ ...before, name: `${before.name}!` }))
    expect(city.snapshot().data?.name).toBe('Bern!')
    expect(faults.at(-1)).toMatchObject({ code: 'ERR_LISTENER_THREW', cause: { message: 'mine' } })
  })
})

describe('an optimistic update', () => {
  it('of nothing is not called, as the loader returned nothing', async () => {
    const { cache } = make()
    const nothing = observe<City | undefined>(cache, 'k', () => undefined)
    watch(nothing)
    await flush()
    const update = vi.fn(renamed)
    void optimistic(cache, 'k', update as never).settle()
    expect([nothing.snapshot().data, update.mock.calls.length]).toEqual([undefined, 0])
  })

  it('that is async is left out, and reported', async () => {
    const { cache, city, faults } = await page()
    optimistic(cache, ['city', 1], async (before) => before)
    expect(city.snapshot().data?.name).toBe('Bern')
    expect(faults[0]).toMatchObject({ cause: { message: 'An optimistic update must not be async.' } })
  })
})

it.each([
  [
    'one change',
    () => ({ key: 'k', update: (one: unknown) => one }),
    '`optimistic` must be a function that returns a list',
  ],
  ['no change', () => 'k', '`optimistic` must be a function that returns a list'],
  ['a list of something else', () => ['k'], '`update` must be a function'],
  ['a change without `update`', () => [{ key: 'k' }], '`update` must be a function'],
  ['a hole', () => [undefined], '`update` must be a function'],
])('an `optimistic` that returns %s is refused before anything is changed', async (_, optimisticOf, message) => {
  const { cache } = make()
  const run = vi.fn(async () => 1)
  const change = mutation(cache, run, { optimistic: optimisticOf as never })
  await expect(change.mutate()).rejects.toMatchObject({
    code: 'ERR_CONFIG_OPTION',
    message: expect.stringContaining(message) as unknown,
  })
  expect(run).not.toHaveBeenCalled()
  expect(change.snapshot()).toMatchObject({ status: 'failed', pending: 0 })
})

describe('temporary ids', () => {
  interface Item {
    readonly id: string
    readonly name: string
  }

  it('are replaced by real ones in later layers and later inputs', async () => {
    const { cache } = make()
    const server: Item[] = []
    const items = observe(cache, 'items', async () => [...server])
    watch(items)
    await flush()
    const added = deferredLoader<string, Item>()
    const add = mutation(cache, added, {
      optimistic: () => [
        {
          key: 'items',
          update: (before: Item[], item) => (before.some(({ id }) => id === item.id) ? before : [...before, item]),
        },
      ],
      ids: (real, { id }) => ({ [id]: real }),
    })
    const inputs: Item[] = []
    const rename = mutation(cache, (item: Item) => (inputs.push(item), new Promise<void>(() => {})), {
      optimistic: () => [
        { key: 'items', update: (before: Item[], item) => before.map((one) => (one.id === item.id ? item : one)) },
      ],
    })
    const id = temporaryId()
    expect([isTemporaryId(id), isTemporaryId('7'), temporaryId() === id]).toEqual([true, false, false])
    const done = add.mutate({ id, name: 'new' })
    void rename.mutate({ id, name: 'renamed' }).catch(() => {})
    expect(items.snapshot().data).toEqual([{ id, name: 'renamed' }])
    server.push({ id: '7', name: 'new' })
    added.at(0).resolve('7')
    await done
    await flush()
    expect(items.snapshot().data).toEqual([{ id: '7', name: 'renamed' }])
    void rename.mutate({ id, name: 'again' }).catch(() => {})
    expect(inputs.at(-1)).toEqual({ id: '7', name: 'again' })
    expect(items.snapshot().data).toEqual([{ id: '7', name: 'again' }])
    await cache.close()
  })
})
