import { isHotpathError, type LogFollower, type LogRecord } from '@hotpath/contract'
import { createFakeClock, flush, logCases } from '@hotpath/testkit'
import { createFakeDatabase, createFakeLifecycle, type FakeDatabase } from '@hotpath/web/testing'
import { describe, expect, it } from 'vitest'
import { STORES } from '../src/database/stores.ts'
import { openBrowserLog } from '../src/log/browser-log.ts'
import { createFakeChannels } from './fake-channels.ts'

describe('the log, over a database in memory', () => {
  const cases = logCases({
    open: ({ name, clock }) => {
      const lifecycle = createFakeLifecycle()
      const database = createFakeDatabase({ stores: STORES, lifecycle, clock })
      return openBrowserLog({ database, name, clock, lifecycle, openChannel: createFakeChannels() })
    },
  })
  for (const { name, run } of cases) it(name, run)
})

/** Tabs of one browser. */
function createTabs({ hasChannel = true } = {}) {
  const database = createFakeDatabase({ stores: STORES, lifecycle: createFakeLifecycle() })
  const clock = createFakeClock()
  const channels = createFakeChannels()
  return {
    database,
    clock,
    open() {
      const lifecycle = createFakeLifecycle()
      const openChannel = hasChannel ? channels : () => undefined
      return { lifecycle, log: openBrowserLog({ database, name: 'shop', clock, lifecycle, openChannel }) }
    },
  }
}

function createRecorder() {
  const records: LogRecord[] = []
  const interruptions: unknown[] = []
  const follower: LogFollower = {
    record: (record) => void records.push(record),
    interrupted: (cause) => void interruptions.push(cause),
  }
  return { follower, interruptions, keys: () => records.map(({ scope }) => (scope.type === 'key' ? scope.key : '')) }
}

const ofKey = (key: string) => ({ scope: { type: 'key', key }, strength: 'hard' }) as const

describe('the log in several tabs', () => {
  it('wakes the other tabs, which read the records of all in one order', async () => {
    const tabs = createTabs()
    const [one, other] = [tabs.open().log, tabs.open().log]
    const [first, second] = [createRecorder(), createRecorder()]
    await one.follow(first.follower)
    await other.follow(second.follower)
    await Promise.all([one.append([ofKey('a')]), other.append([ofKey('b')]), one.append([ofKey('c')])])
    await flush()
    expect(first.keys()).toEqual(['a', 'b', 'c'])
    expect(second.keys()).toEqual(['a', 'b', 'c'])
  })

  it('says how far it has come when it begins, appends, and hears of other tabs', async () => {
    const { database, clock, open } = createTabs()
    const reached: number[] = []
    const lifecycle = createFakeLifecycle()
    const openChannel = createFakeChannels()
    const log = openBrowserLog({
      database,
      name: 'shop',
      clock,
      lifecycle,
      openChannel,
      reached: ({ position }) => void reached.push(position),
    })
    const other = open().log
    await other.append([ofKey('before')])
    await log.follow(createRecorder().follower)
    await log.append([ofKey('a')])
    await other.append([ofKey('b')])
    await log.head()
    await flush()
    expect(reached).toEqual([1, 2, 3])
  })

  it('looks every second while it is visible, and when it becomes visible, where there is no channel', async () => {
    const tabs = createTabs({ hasChannel: false })
    const [one, other] = [tabs.open(), tabs.open()]
    const recorder = createRecorder()
    await other.log.follow(recorder.follower)
    await one.log.append([ofKey('a')])
    await flush()
    expect(recorder.keys()).toEqual([])
    tabs.clock.advance(1_000)
    await flush()
    expect(recorder.keys()).toEqual(['a'])

    other.lifecycle.hide()
    await one.log.append([ofKey('b')])
    tabs.clock.advance(5_000)
    await flush()
    expect(recorder.keys()).toEqual(['a'])
    other.lifecycle.show()
    await flush()
    expect(recorder.keys()).toEqual(['a', 'b'])
  })

  it('interrupts the followers of a page that was away before anything else of it runs', async () => {
    for (const away of ['freeze', 'leave'] as const) {
      const { log, lifecycle } = createTabs().open()
      const recorder = createRecorder()
      await log.follow(recorder.follower)
      lifecycle[away]()
      expect(recorder.interruptions).toEqual([])
      if (away === 'freeze') lifecycle.resume()
      else lifecycle.restore()
      expect(recorder.interruptions).toHaveLength(1)
      // A follower that begins while the page returns gets no point from before.
      await log.follow(recorder.follower)
      await log.append([ofKey('a')])
      await flush()
      expect(recorder.keys()).toEqual(['a'])
    }
  })

  it('interrupts the followers of a page that is restored when it becomes visible, which is before its `pageshow`', async () => {
    const { log, lifecycle } = createTabs().open()
    const recorder = createRecorder()
    await log.follow(recorder.follower)
    const seen: number[] = []
    lifecycle.on('*', ({ type }) => void (type === 'visible' && seen.push(recorder.interruptions.length)))
    lifecycle.leave()
    lifecycle.restore()
    expect(seen).toEqual([1])
  })

  it('interrupts a follower that is further behind than records are kept, and never drops a hard one silently', async () => {
    const tabs = createTabs({ hasChannel: false })
    const [one, other] = [tabs.open().log, tabs.open().log]
    const recorder = createRecorder()
    await other.follow(recorder.follower)
    const first = await one.append([ofKey('first')])
    for (let batch = 0; batch < 3; batch++)
      await one.append(Array.from({ length: 1_000 }, (_, index) => ofKey(`${batch}:${index}`)))
    expect((await other.snapshot()).positions.hardAt('first', [])).toBeGreaterThanOrEqual(first.position)
    tabs.clock.advance(1_000)
    await flush()
    expect(recorder.interruptions).toHaveLength(1)
  })

  it('keeps soft what was soft when it drops the oldest records', async () => {
    const { log } = createTabs().open()
    const soft = await log.append([{ ...ofKey('a'), strength: 'soft' }])
    for (let batch = 0; batch < 3; batch++)
      await log.append(Array.from({ length: 1_000 }, () => ({ ...ofKey('b'), strength: 'soft' }) as const))
    const { positions } = await log.snapshot()
    expect(positions.softAt('a', [])).toBeGreaterThanOrEqual(soft.position)
    expect(positions.hardAt('a', [])).toBe(0)
  })
})

describe('a log of which something is lost', () => {
  async function changedUnderneath(change: (database: FakeDatabase) => void | Promise<void>) {
    const tabs = createTabs()
    const { log } = tabs.open()
    const recorder = createRecorder()
    await log.append([ofKey('a'), ofKey('b')])
    await log.follow(recorder.follower)
    const before = await log.head()
    await change(tabs.database)
    await tabs.database.flush()
    return { log, before, recorder, after: await log.snapshot() }
  }
  const set = (key: number | string, value: unknown) => (database: FakeDatabase) => {
    void database.put('records', key, value)
  }

  it.each([
    ['the database is deleted', (database: FakeDatabase) => database.deleteUnderneath()],
    ['a record is missing', (database: FakeDatabase) => void database.delete('records', 2)],
    ['the head is missing', (database: FakeDatabase) => void database.delete('records', 'head')],
    ['a record is of another program', set(1, { hello: 'world' })],
    ['the head is of another program', set('head', { epoch: 'x', position: -1 })],
    ['something else is stored there', set('zzz', 1)],
  ])('begins a new epoch when %s', async (_, change) => {
    const { log, before, recorder, after } = await changedUnderneath(change)
    expect(after.epoch).not.toBe(before.epoch)
    await log.append([ofKey('c')])
    await flush()
    expect(recorder.interruptions).toHaveLength(1)
    expect((await log.snapshot()).epoch).toBe(after.epoch)
  })

  it('makes room once for an append that finds none', async () => {
    const lifecycle = createFakeLifecycle()
    const database = createFakeDatabase({ stores: STORES, lifecycle })
    const full = () => database.failNext(new DOMException('full', 'QuotaExceededError'))
    let rooms = 0
    const makeRoom = async () => {
      rooms++
      if (rooms === 2) full()
    }
    const openChannel = createFakeChannels()
    const log = openBrowserLog({ database, name: 'shop', clock: createFakeClock(), lifecycle, makeRoom, openChannel })
    full()
    expect((await log.append([ofKey('a')])).position).toBe(1)
    full()
    const error: unknown = await Promise.resolve(log.append([ofKey('b')])).catch((reason: unknown) => reason)
    expect(isHotpathError(error, 'ERR_STORAGE_QUOTA')).toBe(true)
    expect(rooms).toBe(2)
  })

  it('rejects with the failure of the database, and appends nothing', async () => {
    const tabs = createTabs()
    const { log } = tabs.open()
    const { position } = await log.append([ofKey('a')])
    tabs.database.failNext(new DOMException('full', 'QuotaExceededError'))
    const error: unknown = await Promise.resolve(log.append([ofKey('b')])).catch((reason: unknown) => reason)
    expect(isHotpathError(error, 'ERR_STORAGE_QUOTA')).toBe(true)
    expect((await log.head()).position).toBe(position)
  })
})
