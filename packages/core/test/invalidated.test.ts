import type { InvalidationLog, LogFollower } from '@hotpath/contract'
import { asyncTier, createFakeClock, createSharedLog, createSharedStore, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

/** What a cache is told of invalidations from now on: the scope, `soft`, and `own`. */
function heardBy(cache: Cache): string[] {
  const heard: string[] = []
  cache.on('invalidated', ({ scope, strength, own }) => {
    const [, id = ''] = Object.values(scope)
    heard.push([scope.type, id, strength === 'soft' ? 'soft' : '', own ? 'own' : ''].filter(Boolean).join(' '))
  })
  return heard
}

/** One node's handle of a log, whose acknowledgements and records come when the test lets them. */
function heldLog(inner: InvalidationLog) {
  const answers: (() => void)[] = []
  const records: (() => void)[] = []
  const log: InvalidationLog = {
    async append(invalidations) {
      const mark = await inner.append(invalidations)
      const answer = deferred()
      answers.push(() => answer.resolve())
      await answer.promise
      return mark
    },
    async follow(follower: LogFollower) {
      return inner.follow({ ...follower, record: (record) => void records.push(() => follower.record(record)) })
    },
    snapshot: async () => inner.snapshot(),
    head: async () => inner.head(),
    close: () => {},
  }
  const acknowledge = async (): Promise<void> => {
    for (const answer of answers.splice(0)) answer()
    await flush()
  }
  const deliver = (): void => {
    for (const record of records.splice(0)) record()
  }
  return { log, acknowledge, deliver }
}

describe('the event `invalidated`', () => {
  test('has every record of a log of this process', async () => {
    const { cache } = make()
    const heard = heardBy(cache)
    await cache.set('k', 1)
    await cache.invalidate([{ tags: ['a'] }, { prefix: ['p'] }])
    await cache.expirePattern('x*')
    await cache.clear()
    expect(heard).toEqual(['key k own', 'tag a own', 'prefix p own', 'pattern x* soft own', 'all own'])
  })

  test('carries the token of the record', async () => {
    const { cache } = make()
    const tokens: unknown[] = []
    cache.on('invalidated', ({ token }) => tokens.push(token))
    const first = await cache.invalidateTags(['a'])
    await cache.invalidateTags(['b', 'c'])
    expect(tokens).toHaveLength(3)
    expect(tokens[0]).toBe(first)
    expect(tokens[2]).toBe(cache.position())
  })

  test('has the records of other caches, and says which are own', async () => {
    const log = createMemoryLog()
    const [one, other] = [make({ log: () => log }).cache, make({ log: () => log }).cache]
    const [byOne, byOther] = [heardBy(one), heardBy(other)]
    await one.invalidateTags(['a'])
    await other.expire('k')
    expect(byOne).toEqual(['tag a own', 'key k soft'])
    expect(byOther).toEqual(['tag a', 'key k soft own'])
  })

  test('knows own records whichever comes first, the acknowledgement or the record', async () => {
    const inner = createMemoryLog()
    const { log, acknowledge, deliver } = heldLog(inner)
    const { cache } = make({ log: () => log })
    await flush()
    const heard = heardBy(cache)
    const first = cache.invalidateTags(['a', 'b'])
    await flush()
    deliver()
    await acknowledge()
    await first
    const second = cache.invalidateTags(['c', 'd'])
    await flush()
    await acknowledge()
    await second
    inner.append([{ scope: { type: 'tag', tag: 'c' }, strength: 'hard' }])
    deliver()
    expect(heard).toEqual(['tag a own', 'tag b own', 'tag c own', 'tag d own', 'tag c'])
  })

  test('does not take what another process appends meanwhile for own', async () => {
    const inner = createMemoryLog()
    const { log, acknowledge, deliver } = heldLog(inner)
    const { cache } = make({ log: () => log })
    await flush()
    const heard = heardBy(cache)
    const own = cache.invalidateTags(['a'])
    await flush()
    inner.append([
      { scope: { type: 'tag', tag: 'b' }, strength: 'hard' },
      { scope: { type: 'tag', tag: 'a' }, strength: 'soft' },
      { scope: { type: 'key', key: 'a' }, strength: 'hard' },
      { scope: { type: 'all' }, strength: 'hard' },
    ])
    deliver()
    await acknowledge()
    await own
    expect(heard).toEqual(['tag a own', 'tag b', 'tag a soft', 'key a', 'all'])
  })

  test('comes once the record holds: a listener reads nothing older', async () => {
    const log = createMemoryLog()
    const [one, other] = [make({ log: () => log }).cache, make({ log: () => log }).cache]
    await other.set('k', 'old', { tags: ['t'] })
    const seen: unknown[] = []
    other.on('invalidated', () => seen.push(other.peek('k')))
    await one.invalidateTags(['t'])
    expect(seen).toEqual([undefined])
  })

  test('everything invalidated elsewhere frees memory at once, own clearing keeps what was set since', async () => {
    const inner = createMemoryLog()
    const { log, acknowledge, deliver } = heldLog(inner)
    const { cache } = make({ log: () => log })
    await flush()
    await Promise.all([cache.set('k', 1), flush().then(acknowledge)])
    await Promise.all([cache.clear(), flush().then(acknowledge)])
    await Promise.all([cache.set('k', 2), flush().then(acknowledge)])
    deliver()
    expect(cache.peek('k')).toBe(2)
    expect(cache.stats().tiers[0]?.usage?.entries).toBe(1)
    inner.append([{ scope: { type: 'all' }, strength: 'hard' }])
    deliver()
    expect(cache.stats().tiers[0]?.usage?.entries).toBe(0)
  })

  test('a listener that invalidates more keeps the order for all caches of a log', async () => {
    const log = createMemoryLog()
    const [one, other] = [make({ log: () => log }).cache, make({ log: () => log }).cache]
    await other.set('kept', 1)
    one.on('invalidated', ({ scope }) => {
      if (scope.type === 'tag' && scope.tag === 'a') void one.invalidateTags(['b'])
    })
    let resets = 0
    other.on('reset', () => resets++)
    const heard = heardBy(other)
    await one.invalidateTags(['a'])
    expect(heard).toEqual(['tag a', 'tag b'])
    expect(resets).toBe(0)
    expect(other.peek('kept')).toBe(1)
  })

  test('a listener that invalidates what is being set has the last word', async () => {
    const log = createMemoryLog()
    for (const { cache } of [make(), make({ log: () => log })]) {
      let times = 0
      cache.on('invalidated', () => {
        if (times++ === 0) void cache.delete('k')
      })
      await cache.set('k', 1)
      expect(cache.peek('k')).toBeUndefined()
    }
  })

  test('what is lost with the view of the log is a reset, and records go on after it', async () => {
    const log = createSharedLog(() => createMemoryLog())
    const clock = createFakeClock()
    const tiers = [memory({ maxEntries: 10 }), asyncTier(createSharedStore())]
    const { cache } = make({ log: () => log.connect(), clock, tiers })
    await flush()
    const heard = heardBy(cache)
    let resets = 0
    cache.on('reset', () => resets++)
    log.replace()
    await flush()
    await log.connect().append([{ scope: { type: 'tag', tag: 'a' }, strength: 'hard' }])
    await flush()
    expect(resets).toBe(1)
    expect(heard).toEqual(['tag a'])
  })
})
