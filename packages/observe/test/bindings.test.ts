/** What bindings to a framework need of observers. */
import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, it, vi } from 'vitest'
import { observe, subject, subjectOf } from '../src/index.ts'
import { mutation } from '../src/mutation/index.ts'
import { observePages } from '../src/pages/index.ts'
import { make, watch } from './make.ts'

describe('a fork of an observer', () => {
  it('shows by its own options, and leaves the one that is on screen as it is', async () => {
    const { cache } = make()
    const load = vi.fn(async () => ({ name: 'Bern', size: 1 }))
    const city = observe(cache, 'city', load)
    const { seen } = watch(city)
    await flush()
    const fork = city.fork('city', load, { select: ({ name }) => ({ name, size: 0 }) })
    expect([fork.snapshot().data, city.snapshot().data]).toEqual([
      { name: 'Bern', size: 0 },
      { name: 'Bern', size: 1 },
    ])
    await flush()
    expect([load.mock.calls.length, seen.length]).toEqual([1, 1])
  })

  it('shows the same objects where they say the same, and the value of the key before', async () => {
    const { cache } = make()
    const load = async ({ key }: { readonly key: unknown }): Promise<unknown> => ({ key })
    const first = observe(cache, 'one', load, { select: (value) => ({ value }) })
    await first.ready()
    const again = first.fork('one', load, { select: (value) => ({ value }) })
    expect(again.snapshot()).toBe(first.snapshot())
    const next = again.fork('two', load, { keepPrevious: true, select: (value) => ({ value }) })
    expect(next.snapshot()).toMatchObject({ data: { value: { key: 'one' } }, isPlaceholder: true })
    expect(next.fork('two', load).snapshot()).toMatchObject({ data: undefined, status: 'pending' })
  })
})

describe('what a binding gets', () => {
  const loader = async (): Promise<string> => 'Bern'

  it('is a key, a loader and options, or one object with them', () => {
    const options = { tags: ['cities'] }
    const shared = { key: ['city', 42], loader, options }
    expect(subjectOf(['city', 42], loader, options)).toEqual(shared)
    expect(subjectOf(shared)).toBe(shared)
  })

  it('is what `subject` made, which checks it already', () => {
    const shared = subject({ key: ['city', 42], loader, options: { ttl: '5m' } })
    expect(subjectOf(shared)).toBe(shared)
    expect(() => subject({ key: 'city', loader, tags: ['cities'] } as never)).toThrow('received `tags`')
  })

  it('is an object with other options, of which those that are `undefined` count for nothing', () => {
    const shared = subject({ key: 'city', loader, options: { ttl: '5m', tags: ['cities'] } })
    expect(subjectOf(shared, { ttl: '1m', tags: undefined, enabled: false })).toEqual({
      key: 'city',
      loader,
      options: { ttl: '1m', tags: ['cities'], enabled: false },
    })
    expect(subjectOf({ key: 'city', loader }, { ttl: '1m' }).options).toEqual({ ttl: '1m' })
    expect(shared.options).toEqual({ ttl: '5m', tags: ['cities'] })
  })

  it('compares what another `select` shows by structure, as the `isEqual` of the object belongs to its own', () => {
    const isEqual = (): boolean => true
    const select = (name: string): number => name.length
    const shared = subject({ key: 'city', loader, options: { select: (name) => name.at(0), isEqual } })
    expect(subjectOf(shared, { select }).options).toMatchObject({ select, isEqual: undefined })
    expect(subjectOf(shared, { ttl: '1m' }).options).toMatchObject({ isEqual })
    const own = (): boolean => false
    expect(subjectOf(shared, { select, isEqual: own }).options).toMatchObject({ select, isEqual: own })
  })

  it.each([5, null, ['tags'], 'ttl'])('is refused with the options %j', (wrong) => {
    const { cache } = make()
    const { key, options } = subjectOf(subject({ key: 'city', loader }), wrong as never)
    expect(() => observe(cache, key, loader, options)).toThrow(/must be an object|no option/)
  })

  it('is refused with a `select` in the place of options, and says so', () => {
    const { cache } = make()
    const select = (name: string): number => name.length
    const message = 'must be an object, received a function. Write `{ select: (city) => city.name }`'
    const { key, options } = subjectOf(subject({ key: 'city', loader }), select as never)
    expect(() => observe(cache, key, loader, options)).toThrow(message)
    expect(() => observe(cache, 'city', loader, select as never)).toThrow(message)
  })

  it('is no object with options beside `options`', () => {
    expect(() => subjectOf({ key: 'city', loader, tags: ['cities'] } as never)).toThrow(
      'An object to show has `key`, `loader` and `options`, received `tags`. Put options into `options`, or pass them beside the object.',
    )
  })
})

it('a mutation that is updated runs the calls that follow by what it has got', async () => {
  const { cache } = make()
  const first = deferredLoader<string, string>()
  const change = mutation(cache, first)
  const one = change.mutate('a')
  change.update(async (input) => `other ${input}`, { invalidates: [{ key: 'k' }] })
  await cache.set('k', 1)
  first.at(0).resolve('first a')
  expect(await one).toBe('first a')
  expect(cache.peek('k')).toBe(1)
  expect(await change.mutate('b')).toBe('other b')
  expect(cache.peek('k')).toBeUndefined()
})

it('a list that is updated loads and shows by what it has got', async () => {
  const { cache } = make()
  const next = (last: readonly number[]): number | undefined => (last.length === 2 ? (last[1] ?? 0) + 1 : undefined)
  const list = observePages(cache, 'list', async ({ cursor }) => [cursor, cursor + 1], { first: 0, next })
  watch(list)
  await flush()
  expect(list.snapshot().items).toEqual([0, 1])
  list.update(async ({ cursor }) => [cursor, cursor], { first: 0, next, id: (item) => item })
  await list.fetchNext()
  expect(list.snapshot().items).toEqual([0, 1, 2])
})
