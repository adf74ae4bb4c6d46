import { ConfigError, type HotpathError, TokenError } from '@hotpath/contract'
import { type Cache, createCache, memory, type Token } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'
import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import type { DatabaseTransaction } from '@hotpath/web/database'
import { createFakeDatabase, createFakeLifecycle } from '@hotpath/web/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { attendedBy } from '../src/create/pages.ts'
import { ENTRIES, META, SERVER_TOKEN, STORES } from '../src/database/stores.ts'
import { type Connect, follow, type FollowOptions, type ServerMessage } from '../src/follow/index.ts'

const caches: Cache[] = []

afterEach(async () => {
  vi.unstubAllGlobals()
  for (const cache of caches.splice(0)) await cache.close()
})

function createPage() {
  const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 100 })] })
  caches.push(cache)
  return cache
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await flush()
}

/** A server whose messages a test sends. */
function createSource() {
  const waiting: (ServerMessage | string)[] = []
  let wake = (): void => {}
  let isOver = false
  return {
    send(...messages: readonly (ServerMessage | string)[]) {
      waiting.push(...messages)
      wake()
    },
    end() {
      isOver = true
      wake()
    },
    get isRead() {
      return waiting.length === 0
    },
    get isClosed() {
      return isOver
    },
    [Symbol.asyncIterator]() {
      const next = async (): Promise<IteratorResult<ServerMessage | string>> => {
        for (;;) {
          const value = waiting.shift()
          if (isOver) return { done: true, value: undefined }
          if (value !== undefined) return { done: false, value }
          await new Promise<void>((resolve) => (wake = resolve))
        }
      }
      const end = async (): Promise<IteratorResult<never>> => {
        isOver = true
        wake()
        return { done: true, value: undefined }
      }
      return { next, return: end }
    },
  }
}

const token = (position: number) => `server.${position}` as Token
const alive = (position: number): ServerMessage => ({ type: 'alive', token: token(position) })
const ofTag = (tag: string, position: number): ServerMessage => ({
  type: 'invalidated',
  scope: { type: 'tag', tag },
  strength: 'hard',
  token: token(position),
})

/** A cache whose page has a database. */
function createStoredPage({ isLate = false } = {}) {
  const attendant = { isLate, lateListeners: new Set<() => unknown>() }
  const cache = createPage()
  const database = createFakeDatabase({ stores: STORES, lifecycle: createFakeLifecycle(), window: 0 })
  const closings = new Set<() => void>()
  const whenClosed = (closing: () => void) => (closings.add(closing), () => void closings.delete(closing))
  attendedBy(
    { cache, name: 'hotpath:shop', whenClosed } as never,
    Promise.resolve(Object.assign(attendant, { database }) as never),
  )
  return { cache, database, closings, attendant }
}

function createFollowing(options: FollowOptions = {}, cache: Cache = createPage()) {
  const clock = createFakeClock()
  const sources: ReturnType<typeof createSource>[] = []
  const asked: (Token | undefined)[] = []
  const connect: Connect = (after) => {
    asked.push(after)
    const source = createSource()
    sources.push(source)
    return source
  }
  const events: string[] = []
  const following = follow(cache, connect, { tabs: false, clock, random: () => 0, ...options })
  following.on('*', (event) => events.push(event.type))
  const at = (index: number) => sources[index] as ReturnType<typeof createSource>
  return { cache, clock, asked, events, following, at }
}

describe('follow', () => {
  it('appends what the server invalidates to the log of the browser, as it says', async () => {
    const { cache, at } = createFollowing({ after: token(1) })
    const heard: unknown[] = []
    cache.on('invalidated', ({ scope, strength, forMs }) => heard.push({ scope, strength, forMs }))
    await flush()
    const scopes = [
      { type: 'key', key: 'user:42' },
      { type: 'tag', tag: 'prices' },
      { type: 'prefix', prefix: 'user:4' },
      { type: 'pattern', pattern: 'user:*:cart' },
      { type: 'all' },
    ] as const
    at(0).send(alive(1))
    for (const [index, scope] of scopes.entries())
      at(0).send(
        { type: 'invalidated', scope, strength: 'hard', token: token(2 * index + 2) },
        { type: 'invalidated', scope, strength: 'soft', forMs: 5_000, token: token(2 * index + 3) },
      )
    await flush()
    expect(heard).toEqual(
      scopes.flatMap((scope) => [
        { scope, strength: 'hard', forMs: undefined },
        { scope, strength: 'soft', forMs: 5_000 },
      ]),
    )
  })

  it('keeps a load that was under way from being stored', async () => {
    const { cache, at } = createFollowing({ after: token(1) })
    await flush()
    at(0).send(alive(1))
    let finish: (value: number) => void = () => {}
    const loading = cache.getOrSet('price', () => new Promise<number>((resolve) => (finish = resolve)), {
      tags: ['prices'],
    })
    await flush()
    at(0).send(ofTag('prices', 2))
    await flush()
    finish(5)
    expect(await loading).toBe(5)
    expect(await cache.get('price')).toBeUndefined()
  })

  it('connects again after the last token that it appended', async () => {
    const { at, asked, clock, events } = createFollowing({ after: token(1) })
    await flush()
    at(0).send(alive(1), ofTag('prices', 7))
    await flush()
    at(0).end()
    await flush()
    expect(events).toEqual(['open', 'closed'])
    clock.advance(1_000)
    await flush()
    expect(asked).toEqual([token(1), token(7)])
    at(1).send(ofTag('prices', 8))
    await flush()
    expect(events).toEqual(['open', 'closed', 'open'])
  })

  it('invalidates everything after a gap, and where nobody knows what was missed', async () => {
    const { cache, at, events } = createFollowing()
    await cache.set('old', 1)
    await flush()
    at(0).send(alive(5))
    await flush()
    expect(await cache.get('old')).toBeUndefined()
    await cache.set('new', 1)
    at(0).send(ofTag('prices', 6))
    await flush()
    expect(await cache.get('new')).toBe(1)
    at(0).send({ type: 'gap', token: token(9) })
    await flush()
    expect(await cache.get('new')).toBeUndefined()
    expect(events).toEqual(['open', 'gap', 'gap'])
  })

  it('invalidates everything after a gap at once where the database does not respond', async () => {
    const { cache, database } = createStoredPage({ isLate: true })
    database.getAllKeys = () => new Promise(() => {})
    const check = vi.fn()
    const { at, asked, events } = createFollowing({ after: token(1), check }, cache)
    await flush()
    expect(asked).toEqual([undefined])
    at(0).send(ofTag('prices', 2))
    await flush()
    await cache.set('a', 1)
    at(0).send({ type: 'gap', token: token(9) })
    await flush()
    expect([await cache.get('a'), events.at(-1), check.mock.calls]).toEqual([undefined, 'gap', []])
  })

  it('takes silence for a loss, and tries again after delays that double', async () => {
    const { at, asked, clock, events } = createFollowing({ after: token(1), silence: '45s' })
    await flush()
    at(0).send(alive(1))
    await flush()
    clock.advance(44_000)
    at(0).send(alive(2))
    await flush()
    clock.advance(44_000)
    await flush()
    expect(events).toEqual(['open'])
    clock.advance(1_000)
    await flush()
    expect(events).toEqual(['open', 'closed', 'fault'])
    expect(at(0).isClosed).toBe(true)
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const before = asked.length
      clock.advance(waitMs - 1)
      await flush()
      expect(asked).toHaveLength(before)
      clock.advance(1)
      await flush()
      expect(asked).toHaveLength(before + 1)
      at(before).end()
      await flush()
    }
  })

  it('draws a half of each delay at random, so that not all clients come back at once', async () => {
    const { at, clock, asked, following } = createFollowing({ after: token(1), random: () => 0.5 })
    const delays: number[] = []
    following.on('closed', ({ retryMs }) => delays.push(retryMs))
    await flush()
    for (const waitMs of [750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500]) {
      const before = asked.length
      at(before - 1).end()
      await flush()
      clock.advance(waitMs - 1)
      await flush()
      expect(asked).toHaveLength(before)
      clock.advance(1)
      await flush()
      expect(asked).toHaveLength(before + 1)
    }
    expect(delays).toEqual([750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500])
  })

  it('appends again what the log of the browser did not take', async () => {
    const cache = createPage()
    const clock = createFakeClock()
    const faults: HotpathError[] = []
    const sources: ReturnType<typeof createSource>[] = []
    const asked: (Token | undefined)[] = []
    let isAway = true
    const invalidated: unknown[] = []
    const refusing = {
      name: 'shop',
      async invalidate(scopes: Iterable<unknown>) {
        if (isAway) throw new Error('the disk is full')
        invalidated.push(...scopes)
        return cache.position() as Token
      },
    }
    const connect: Connect = (after) => {
      asked.push(after)
      sources.push(createSource())
      return sources.at(-1) as ReturnType<typeof createSource>
    }
    const following = follow(refusing, connect, { tabs: false, clock, random: () => 0, after: token(1) })
    following.on('fault', ({ error }) => faults.push(error))
    await flush()
    sources[0]?.send(ofTag('prices', 2))
    await flush()
    expect(faults).toHaveLength(1)
    isAway = false
    clock.advance(1_000)
    await flush()
    expect(asked).toEqual([token(1), token(1)])
    sources[1]?.send(ofTag('prices', 2))
    await flush()
    expect(invalidated).toEqual([{ tags: ['prices'] }])
    following.close()
  })

  it('invalidates everything in place of more messages than may wait', async () => {
    const appended: unknown[][] = []
    const first = deferred<Token>()
    const slow = {
      name: 'shop',
      invalidate(scopes: Iterable<unknown>) {
        appended.push([...scopes])
        return appended.length === 1 ? first.promise : Promise.resolve(token(0))
      },
    }
    const source = createSource()
    const following = follow(slow, () => source, { tabs: false, clock: createFakeClock(), after: token(1) })
    await flush()
    source.send(ofTag('first', 2))
    await flush()
    source.send(...Array.from({ length: 10_001 }, (_, index) => ofTag(`tag:${index}`, index + 3)))
    await until(() => source.isRead)
    first.resolve(token(0))
    await flush()
    expect(appended).toEqual([[{ tags: ['first'] }], ['all']])
    following.close()
  })

  it('leaves out messages of others, and reads one that it cannot understand as the most that it can mean', async () => {
    const { cache, at } = createFollowing({ after: token(1) })
    await flush()
    await cache.set('a', 1)
    at(0).send('not json', '{"type":"chat"}', 'null', JSON.stringify(alive(1)))
    await flush()
    expect(await cache.get('a')).toBe(1)
    at(0).send(JSON.stringify({ type: 'invalidated', scope: { type: 'constructor' }, token: token(2) }))
    await flush()
    expect(await cache.get('a')).toBeUndefined()
  })

  it('invalidates everything for a record that this browser refuses, once', async () => {
    const { cache, at, events } = createFollowing({ after: token(1) })
    await flush()
    await cache.set('a', 1)
    const scope = { type: 'key', key: '' } as const
    at(0).send(alive(1), { type: 'invalidated', scope, strength: 'hard', token: token(2) })
    await flush()
    expect(await cache.get('a')).toBeUndefined()
    expect(events).toEqual(['open'])
  })

  it('reports a connection that ends before its first message', async () => {
    const { at, events } = createFollowing({ after: token(1) })
    await flush()
    at(0).end()
    await flush()
    expect(events).toEqual(['closed', 'fault'])
  })

  it('takes what it cannot read for something that was stored before', async () => {
    for (const isReadable of [true, false]) {
      const { cache, database } = createStoredPage()
      const { getAllKeys } = database
      database.getAllKeys = (store, ...others) =>
        store === ENTRIES && !isReadable ? Promise.reject(new Error('broken')) : getAllKeys(store, ...others)
      const { asked, following } = createFollowing({ after: token(1) }, cache)
      await until(() => asked.length > 0)
      expect(asked).toEqual([isReadable ? token(1) : undefined])
      following.close()
    }
  })

  it('writes a token once, however often the server says that nothing is new', async () => {
    const { cache, database } = createStoredPage()
    const { at, asked, following } = createFollowing({ after: token(1) }, cache)
    await until(() => asked.length > 0)
    for (const position of [2, 2, 2, 3]) {
      at(0).send(alive(position))
      await flush()
    }
    await database.flush()
    expect(database.transactions.writes).toBe(2)
    following.close()
  })

  it('says how far it has heard to those who take in what a server rendered, also where no token is kept', async () => {
    for (const cache of [createPage(), createStoredPage().cache]) {
      const { at, asked, following } = createFollowing({ after: token(1) }, cache)
      const { read } = insideOf(cache).part<{ read?: () => Promise<Token> }>(
        Symbol.for('@hotpath/server-token'),
        () => ({}),
      )
      await until(() => asked.length > 0)
      expect(await read?.()).toBeUndefined()
      at(0).send(alive(7))
      await flush()
      expect(await read?.()).toBe(token(7))
      following.close()
    }
  })

  it('says so before it appends, in all tabs', async () => {
    const { cache, database } = createStoredPage()
    const appended = deferred<Token>()
    cache.invalidate = () => appended.promise
    const { at, asked, following } = createFollowing({ after: token(1) }, cache)
    await until(() => asked.length > 0)
    at(0).send(alive(7), ofTag('prices', 8))
    await flush()
    expect(await database.getAll(META)).toEqual([token(7), token(8)])
    appended.resolve(cache.position() as Token)
    await flush()
    expect(await database.getAll(META)).toEqual([token(8), token(8)])
    following.close()
  })

  it('appends in one go what comes while tabs are told how far it goes, in one transaction', async () => {
    const { cache, database } = createStoredPage()
    const append = vi.spyOn(cache, 'invalidate')
    const { at, asked, following } = createFollowing({ after: token(1) }, cache)
    await until(() => asked.length > 0)
    const { transaction } = database
    const told: unknown[] = []
    const during = deferred()
    let begun = 0
    database.transaction = (stores, work, options) => {
      begun++
      const put: DatabaseTransaction['put'] = async (_, __, value) => {
        told.push(value)
        await during.promise
      }
      return transaction(stores, async (inner) => work({ ...inner, put }), options)
    }
    at(0).send(ofTag('a', 2))
    await flush()
    at(0).send(ofTag('b', 3), ofTag('c', 4))
    await flush()
    expect(append).not.toHaveBeenCalled()
    during.resolve()
    await until(() => append.mock.calls.length > 0)
    expect(append.mock.calls.map(([scopes]) => scopes)).toEqual([[{ tags: ['a'] }, { tags: ['b'] }, { tags: ['c'] }]])
    // Before it: how far the first goes, and how far the last.
    expect([told, begun]).toEqual([[token(2), token(4)], 1])
    following.close()
  })

  it('appends what comes next before the token of the last is written', async () => {
    const { cache, database } = createStoredPage()
    const append = vi.spyOn(cache, 'invalidate')
    const { at, asked, following } = createFollowing({ after: token(1) }, cache)
    await until(() => asked.length > 0)
    const written = deferred()
    const { put } = database
    // Others that are written with it are waited for.
    database.put = async (...write) => written.promise.then(() => put(...write))
    at(0).send(ofTag('a', 2))
    await flush()
    at(0).send(ofTag('b', 3))
    await flush()
    expect(append.mock.calls.map(([scopes]) => scopes)).toEqual([[{ tags: ['a'] }], [{ tags: ['b'] }]])
    written.resolve()
    await flush()
    expect(await database.get(META, SERVER_TOKEN)).toEqual(token(3))
    following.close()
  })

  it('ends when the page closes its cache', async () => {
    const { cache, closings } = createStoredPage()
    const { at, asked, clock } = createFollowing({}, cache)
    await until(() => asked.length > 0)
    for (const closing of closings) closing()
    await flush()
    expect([at(0).isClosed, clock.pending, closings.size]).toEqual([true, 0, 0])
  })

  it('ends with its cache', async () => {
    const { cache, at, clock } = createFollowing({ after: token(1) })
    await flush()
    await cache.close()
    at(0).send(ofTag('prices', 2))
    await flush()
    expect(at(0).isClosed).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('ends once, and leaves no timer', async () => {
    const { following, at, clock } = createFollowing({ after: token(1) })
    await flush()
    following.close()
    following.close()
    await flush()
    expect(at(0).isClosed).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('follows a tab that leads', async () => {
    const listeners = new Map<string, () => void>()
    const tabs = {
      canLead: true,
      isLeader: false,
      on: (type: string, listener: () => void) => (listeners.set(type, listener), () => void listeners.delete(type)),
    }
    const { asked, at, following } = createFollowing({ tabs: tabs as never })
    await flush()
    expect(asked).toHaveLength(0)
    listeners.get('leader')?.()
    await flush()
    expect(asked).toHaveLength(1)
    listeners.get('follower')?.()
    await flush()
    expect(at(0).isClosed).toBe(true)
    following.close()
    expect(listeners.size).toBe(0)
  })

  it('connects in a tab that goes on without the log of all, whoever leads, until it has it again', async () => {
    const { cache, attendant } = createStoredPage()
    // Another tab leads.
    const locks = { request: () => new Promise(() => {}), query: async () => ({ held: [] }) }
    vi.stubGlobal('navigator', { locks })
    const { asked, at, following } = createFollowing({ after: token(1), tabs: undefined }, cache)
    await flush()
    expect(asked).toHaveLength(0)
    const becomes = (isLate: boolean): void => {
      attendant.isLate = isLate
      for (const listener of attendant.lateListeners) listener()
    }
    becomes(true)
    await flush()
    expect([asked.length, at(0).isClosed]).toEqual([1, false])
    becomes(false)
    await flush()
    expect([asked.length, at(0).isClosed]).toEqual([1, true])
    following.close()
    await flush()
    expect(attendant.lateListeners.size).toBe(0)
  })

  it('does not connect any more when it is closed while it looks at the log, and once when that changes meanwhile', async () => {
    const closed = createFollowing({ after: token(1), tabs: undefined }, createStoredPage().cache)
    closed.following.close()
    await flush()
    expect(closed.asked).toHaveLength(0)
    const { cache, attendant } = createStoredPage({ isLate: true })
    const { asked, following } = createFollowing({ after: token(1), tabs: undefined }, cache)
    for (let change = 0; change < 3; change++) for (const listener of attendant.lateListeners) listener()
    await flush()
    expect(asked).toHaveLength(1)
    following.close()
  })

  it('connects in a tab that goes on without the log of all, whoever leads the tabs that it was given', async () => {
    const { cache, attendant } = createStoredPage({ isLate: true })
    const tabs = { canLead: true, isLeader: false, on: () => () => {} }
    const { asked, at, following } = createFollowing({ tabs: tabs as never }, cache)
    await flush()
    expect(asked).toHaveLength(1)
    attendant.isLate = false
    for (const listener of attendant.lateListeners) listener()
    await flush()
    expect([asked.length, at(0).isClosed]).toEqual([1, true])
    following.close()
  })

  it('refuses what is no source, no token, and a namespace', () => {
    const cache = createPage()
    expect(() => follow(cache, 7 as never)).toThrow(ConfigError)
    for (const options of [{ check: 5 }, { check: true }, { tabs: true }, { tabs: {} }, { silence: 'long' }])
      expect(() => follow(cache, '/invalidations', options as never)).toThrow(ConfigError)
    for (const other of [cache.namespace('user'), undefined, 'shop', { name: 'shop' }])
      expect(() => follow(other as never, '/invalidations')).toThrow(ConfigError)
    expect(() => follow(cache, '/invalidations', { after: 'x' as Token })).toThrow(TokenError)
  })
})
