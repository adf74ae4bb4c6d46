import { deferredLoader, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import type { CacheEvent, ReadReport } from './core.ts'
import { make } from './make.ts'

test('`onRead` is called once per read: loaded, joined, found, stale, in place of a failed load', async () => {
  const { cache, clock } = make({ ttl: '10s', staleWhileRevalidate: '10s', staleIfError: '10s', backoff: false })
  const asOf = cache.position()
  const reports: ReadReport[] = []
  const options = { tags: ['t'], onRead: (report: ReadReport) => void reports.push(report) }
  const last = (): ReadReport | undefined => (expect(reports.length).toBe(1), reports.pop())
  const loader = deferredLoader<number>()
  const own = cache.getOrSet(['k', 1], loader, options)
  const reads = [own, cache.getOrSet(['k', 1], loader, options)]
  await flush()
  loader.at(0).resolve(1)
  await Promise.all(reads)
  const known = { key: ['k', 1], tags: ['t'], asOf }
  const loaded = { ...known, state: 'fresh', ageMs: 0, ttlLeftMs: 10_000, tier: undefined }
  expect(reports.splice(0)).toEqual([
    { ...loaded, from: 'load' },
    { ...loaded, from: 'joined' },
  ])
  const found = { ...known, from: 'tier', tier: 'memory' }
  clock.advance(1_000)
  await cache.getOrSet(['k', 1], loader, options)
  expect(last()).toEqual({ ...found, state: 'fresh', ageMs: 1_000, ttlLeftMs: 9_000 })
  clock.advance(10_000)
  await cache.getOrSet(['k', 1], () => Promise.reject(new Error('down')), options)
  await flush()
  expect(last()).toEqual({ ...found, state: 'stale', ageMs: 11_000, ttlLeftMs: -1_000 })
  clock.advance(10_000)
  await cache.getOrSet(['k', 1], () => Promise.reject(new Error('down')), options)
  expect(last()).toMatchObject({ ...found, state: 'stale-if-error', ageMs: 21_000 })
  await expect(cache.getOrSet('none', () => Promise.reject(new Error('down')), options)).rejects.toThrow('down')
  expect(reports).toEqual([])
})

test('of many it is called once for each key', async () => {
  const { cache } = make()
  await cache.set('a', 1)
  const reports: string[] = []
  const onRead = ({ key, from }: ReadReport): void => void reports.push(`${String(key)} ${from}`)
  await cache.getOrSetMany(['a', 'b', 'a', 'c'], (missing) => missing.map(() => 2), { onRead })
  expect(reports.toSorted()).toEqual(['a tier', 'b load', 'c load'])
})

test('what is not stored has no time left', async () => {
  const { cache } = make()
  let report: ReadReport | undefined
  await cache.getOrSet('k', ({ skip }) => (skip(), 1), { onRead: (one) => void (report = one) })
  expect(report).toMatchObject({ from: 'load', ttlLeftMs: 0 })
})

test('what it throws becomes a fault, and the read goes on', async () => {
  const { cache } = make()
  const faults: CacheEvent[] = []
  cache.on('fault', (event) => faults.push(event))
  const onRead = (): never => {
    throw new Error('mine')
  }
  expect([await cache.getOrSet('k', () => 1, { onRead }), await cache.getOrSet('k', () => 2, { onRead })]).toEqual([
    1, 1,
  ])
  expect(faults).toMatchObject([{ error: { code: 'ERR_LISTENER_THREW' } }, { error: { code: 'ERR_LISTENER_THREW' } }])
  await expect(cache.getOrSet('k', () => 1, { onRead: 1 as never })).rejects.toThrow('onRead')
})

test('what the promise of an asynchronous one rejects with becomes a fault, and does not end the process', async () => {
  const { cache } = make()
  const faults: unknown[] = []
  cache.on('fault', ({ error }) => faults.push([error.code, (error.cause as Error).message]))
  const onRead = (async () => {
    throw new Error('mine')
  }) as () => void
  await cache.getOrSet('k', () => 1, { onRead })
  await cache.getOrSet('k', () => 1, { onRead })
  await cache.getOrSetMany(['k', 'l'], (keys) => keys.map(() => 1), { onRead })
  await flush()
  expect(faults).toEqual(Array.from({ length: 4 }, () => ['ERR_LISTENER_THREW', 'mine']))
})
