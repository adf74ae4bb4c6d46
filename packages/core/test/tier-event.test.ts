import type { Entry, Tier } from '@hotpath/contract'
import { asyncTier, chaosTier, createFakeClock, createRandom, createSharedStore } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type CacheEventOf, memory } from './core.ts'
import { make } from './make.ts'

function open() {
  const clock = createFakeClock()
  let readings = 0
  const counting = { ...clock, monotonic: () => (readings++, clock.monotonic()) }
  const inner = asyncTier(createSharedStore())
  let delayMs = 0
  const slow: Tier = {
    ...inner,
    open(context) {
      const store = inner.open(context)
      const after = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve))
      const get = async (key: string): Promise<Entry | undefined> => {
        if (delayMs > 0) await after(delayMs)
        return store.get(key)
      }
      return { ...store, get }
    },
  }
  const chaos = chaosTier(slow, { random: createRandom(1), clock })
  const { cache } = make({ tiers: [memory({ maxEntries: 100 }), chaos], clock: counting, tierTimeout: '1s' })
  const events: CacheEventOf<'tier'>[] = []
  return {
    cache,
    chaos,
    clock,
    delay: (ms: number) => void (delayMs = ms),
    events,
    readings: () => readings,
    listen: () => cache.on('tier', (event) => events.push(event)),
  }
}

const short = ({ operation, count, outcome }: CacheEventOf<'tier'>): string => `${operation} ${count} ${outcome}`

describe('the event `tier`', () => {
  test('says of each operation below memory how many entries it was for, and how it ended', async () => {
    const { cache, events, chaos, listen } = open()
    listen()
    await cache.set('a', 1)
    await cache.setMany([
      { key: 'b', value: 1 },
      { key: 'c', value: 1 },
    ])
    await cache.getMany(['a', 'x', 'y', 'z'])
    await cache.get('w')
    await cache.deleteMany(['a', 'b'])
    chaos.down()
    await cache.get('v')
    expect(events.map(short)).toEqual([
      'set 1 success',
      'set 2 success',
      'get 3 success',
      'get 1 success',
      'delete 2 success',
      'get 1 failure',
    ])
    expect(new Set(events.map(({ tier }) => tier))).toEqual(new Set(['async']))
  })

  test('says how long it took, and that it was given up', async () => {
    const { cache, clock, delay, events, listen } = open()
    listen()
    delay(400)
    const read = cache.get('k')
    await clock.advanceAsync(400)
    await read
    delay(5_000)
    const late = cache.get('k')
    await clock.advanceAsync(1_000)
    await late
    expect(events).toEqual([
      { type: 'tier', tier: 'async', operation: 'get', count: 1, durationMs: 400, outcome: 'success' },
      { type: 'tier', tier: 'async', operation: 'get', count: 1, durationMs: 1_000, outcome: 'timeout' },
    ])
  })

  test('costs no reading of the clock while nobody listens', async () => {
    const { cache, clock, listen, readings } = open()
    const cost = async (key: string): Promise<number> => {
      // Many in one millisecond would share readings.
      await clock.advanceAsync(10)
      const before = readings()
      await cache.get(key)
      return readings() - before
    }
    await cost('first')
    const unheard = await cost('a')
    const end = listen()
    expect(await cost('b')).toBe(unheard + 2)
    end()
    expect(await cost('c')).toBe(unheard)
  })
})
