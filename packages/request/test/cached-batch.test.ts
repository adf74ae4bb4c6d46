import { createCache, memory } from '@hotpath/core'
import { createFakeClock, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { batch } from '../src/index.ts'
import { settled } from './settled.ts'

describe('a batch with a cache', () => {
  function cached() {
    const clock = createFakeClock()
    const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10 })], clock, random: () => 0.5 })
    const sent: string[] = []
    const rows = batch(
      async (ids: readonly number[]) => {
        sent.push(ids.join(' '))
        return ids.map((id) => `row ${id}`)
      },
      { clock, cache, window: '50ms', key: (id) => ['row', id] },
    )
    return { clock, cache, rows, sent }
  }

  test('`prime` answers those who wait', async () => {
    const { clock, rows, sent } = cached()
    const one = settled(rows.load(1))
    await flush()
    await rows.prime(1, 'primed')
    await clock.advanceAsync(100)
    expect([one.state, sent]).toEqual(['answered primed', []])
  })

  test('a critical load of a key that waits sends it at once', async () => {
    const { rows, sent } = cached()
    void rows.load(1)
    await flush()
    void rows.load(1, { priority: 'critical' })
    await flush()
    expect(sent).toEqual(['1'])
  })

  test('critical keys that the cache misses together go out together', async () => {
    const { rows, sent } = cached()
    void rows.loadMany([1, 2, 3], { priority: 'critical' })
    await flush()
    expect(sent).toEqual(['1 2 3'])
  })

  test('`tags` that throws is a fault of the cache: the value is returned and not stored', async () => {
    const { clock, cache } = cached()
    const faults: unknown[] = []
    cache.on('fault', ({ error }) => faults.push([error.code, (error.cause as Error).message]))
    const rows = batch(async (ids: readonly number[]) => ids.map((id) => ({ id })), {
      clock,
      cache,
      key: (id) => ['row', id],
      tags: (id) => {
        if (id === 2) throw new Error('no member')
        return [`row:${id}`]
      },
    })
    const all = settled(rows.loadMany([1, 2]).then((rows) => JSON.stringify(rows)))
    await clock.advanceAsync(100)
    expect(all.state).toBe('answered [{"id":1},{"id":2}]')
    expect([await cache.has(['row', 1]), await cache.has(['row', 2])]).toEqual([true, false])
    expect(faults).toEqual([['ERR_LISTENER_THREW', 'no member']])
    await expect(rows.prime(2, { id: 2 })).rejects.toThrow('no member')
    expect(await cache.has(['row', 2])).toBe(false)
  })

  test('a load of the own key is a cycle', async () => {
    const clock = createFakeClock()
    const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10 })], clock, random: () => 0.5 })
    const rows: { load(id: number): Promise<string> } = batch(
      async (ids: readonly number[]): Promise<string[]> => [await rows.load(ids[0] as number)],
      { clock, cache, key: (id) => ['row', id] },
    )
    const one = settled(rows.load(1))
    await clock.advanceAsync(1_000)
    expect(one.state).toContain('would wait for itself')
  })
})
