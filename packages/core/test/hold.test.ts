import type { InvalidationLog } from '@hotpath/contract'
import { createSharedLog, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { holdOpen } from '../src/hold/hold.ts'
import { createMemoryLog } from './core.ts'
import { make } from './make.ts'

describe('a write that holds the cache open', () => {
  test('P17: is waited for by `close`, and invalidates in other processes what it wrote', async () => {
    const shared = createSharedLog(createMemoryLog)
    const [{ cache: one }, { cache: other }] = [
      make({ log: () => shared.connect() }),
      make({ log: () => shared.connect() }),
    ]
    await Promise.all([one.ready(), other.ready()])
    await other.set('k', 'before', { tags: ['t'] })
    const database = deferred()
    const written = holdOpen(one, async (held) => {
      await database.promise
      await held.invalidateTags(['t'])
      return 'written'
    })
    let isClosed = false
    const closed = one.close().then(() => (isClosed = true))
    await flush()
    expect(isClosed).toBe(false)
    database.resolve()
    expect(await written).toBe('written')
    await closed
    await flush()
    expect(await other.get('k')).toBeUndefined()
    await other.close()
  })

  test('is counted as the invalidations of its namespace', async () => {
    const { cache } = make()
    const users = cache.namespace('users')
    await holdOpen(users, (held) => held.invalidateTags(['a', 'b']))
    expect(users.stats().invalidations).toBe(2)
    await cache.close()
  })

  test('P17: is not waited for without end', async () => {
    const { cache, clock } = make()
    const written = holdOpen(cache, () => new Promise<void>(() => {}))
    void written
    let isClosed = false
    const closed = cache.close().then(() => (isClosed = true))
    await clock.advanceAsync(4_900)
    expect(isClosed).toBe(false)
    await clock.advanceAsync(200)
    await closed
    expect(clock.pending).toBe(0)
  })

  test('is not begun once the cache is closed', async () => {
    const { cache } = make()
    await cache.close()
    let isRun = false
    const written = holdOpen(cache, async () => void (isRun = true))
    await expect(written).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    expect(isRun).toBe(false)
  })

  test('says so when the log cannot be reached while the cache closes, and does not before', async () => {
    const shared = createSharedLog(createMemoryLog)
    let isAway = false
    const inner = shared.connect()
    const log: InvalidationLog = {
      append: async (records) => {
        if (isAway) throw new Error('away')
        return inner.append(records)
      },
      follow: (follower) => inner.follow(follower),
      snapshot: () => inner.snapshot(),
      head: () => inner.head(),
      close: () => inner.close(),
    }
    const { cache } = make({ log: () => log })
    await cache.ready()
    isAway = true
    await holdOpen(cache, (held) => held.invalidateTags(['t']))
    const database = deferred()
    const written = holdOpen(cache, async (held) => {
      await database.promise
      await held.invalidateTags(['t'])
    })
    const closed = cache.close()
    database.resolve()
    await expect(written).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    await closed
  })

  test('fails with what it throws, also at once', async () => {
    const { cache } = make()
    const fails = (): Promise<void> => {
      throw new Error('no')
    }
    await expect(holdOpen(cache, fails)).rejects.toThrow('no')
    await expect(holdOpen({} as never, fails)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    await cache.close()
  })
})
