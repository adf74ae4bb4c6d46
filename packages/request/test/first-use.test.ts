/** The first moments of a process with a shared log, whose view takes a while to be there. */
import { createCache, memory } from '@hotpath/core'
import { createMemoryLog, shared } from '@hotpath/core/shared'
import { chaosLog, createFakeClock, createRandom, flush } from '@hotpath/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { batch } from '../src/index.ts'

/** A cache whose log is 40 ms away, or out of reach. */
function start() {
  const clock = createFakeClock()
  const log = chaosLog(createMemoryLog(), { random: () => 0.99, clock, delayMs: 40 })
  const random = createRandom(1)
  const cache = createCache({
    name: 'shop',
    tiers: [memory({ maxEntries: 10 })],
    log: () => log,
    shared,
    clock,
    random,
  })
  let loads = 0
  const rows = batch(async (ids: readonly number[]) => (loads++, ids.map((id) => `row ${id}`)), {
    clock,
    cache,
    key: (id) => ['row', id],
  })
  return { clock, cache, log, rows, loads: () => loads }
}

describe('the first use of a batch with a cache', () => {
  test('stores what it loads', async () => {
    const { clock, rows, loads } = start()
    const first = rows.loadMany([1, 2])
    await clock.advanceAsync(100)
    expect(await first).toEqual(['row 1', 'row 2'])
    expect(await rows.loadMany([1, 2])).toEqual(['row 1', 'row 2'])
    expect(loads()).toBe(1)
  })

  test('stores what it is primed with', async () => {
    const { clock, rows, loads } = start()
    const primed = rows.prime(1, 'primed')
    await clock.advanceAsync(100)
    await primed
    expect([await rows.load(1), loads()]).toEqual(['primed', 0])
  })
})

describe('a write that nobody awaits while the log is away', () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.off('unhandledRejection', note)
  })

  const writes = {
    'batch.prime': ({ rows }) => rows.prime(1, 'primed'),
    'batch.clear of a key': ({ rows }) => rows.clear(1),
    'batch.clear of all': ({ rows }) => rows.clear(),
  } satisfies Record<string, (started: ReturnType<typeof start>) => Promise<unknown>>

  for (const [name, write] of Object.entries(writes)) {
    test(`${name} does not end the process`, async () => {
      const started = start()
      await started.clock.advanceAsync(100)
      started.log.down()
      void write(started)
      await started.clock.advanceAsync(20_000)
      await flush()
      await new Promise((resolve) => setImmediate(resolve))
      expect(unhandled).toEqual([])
    })

    test(`${name} rejects for a caller that awaits it`, async () => {
      const started = start()
      await started.clock.advanceAsync(100)
      started.log.down()
      const written = write(started).then(
        () => 'written',
        (error: { readonly code?: unknown }) => error.code,
      )
      await started.clock.advanceAsync(20_000)
      expect(await written).toBe('ERR_LOG_UNAVAILABLE')
    })
  }
})
