import {
  type Invalidation,
  type InvalidationLog,
  isHotpathError,
  type LogFollower,
  type LogRecord,
} from '@hotpath/contract'
import { createFakeClock, deferred, flush, logCases } from '@hotpath/testkit'
import { createFakeDatabase, createFakeLifecycle, type FakeDatabase } from '@hotpath/web/testing'
import { describe, expect, it, vi } from 'vitest'
import { STORES } from '../src/database/stores.ts'
import { type BrowserLogOptions, openBrowserLog } from '../src/log/browser-log.ts'
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

/** Tabs of another browser that has the same database: nothing but what they and the test post is heard. */
function createOthers({ database, clock }: Pick<ReturnType<typeof createTabs>, 'database' | 'clock'>) {
  const openChannel = createFakeChannels()
  return {
    open: (of: BrowserLogOptions['database'] = database) =>
      openBrowserLog({ database: of, name: 'shop', clock, lifecycle: createFakeLifecycle(), openChannel }),
    post: (message: unknown) => openChannel('shop:log').postMessage(message),
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

async function appendAll(log: InvalidationLog, invalidations: readonly Invalidation[]) {
  for (let from = 0; from < invalidations.length; from += 1_000)
    await log.append(invalidations.slice(from, from + 1_000))
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

  it('hands on to the other tabs what it has appended, which need not wait for their turn to read it', async () => {
    const tabs = createTabs()
    const { database, open } = tabs
    const others = createOthers(tabs)
    let isBusy = false
    // What others write keeps a tab from reading.
    const busy: BrowserLogOptions['database'] = {
      ...database,
      getAll: (...range) => (isBusy ? new Promise(() => {}) : database.getAll(...range)),
    }
    const [one, other] = [others.open(), others.open(busy)]
    const { follower, keys, interruptions } = createRecorder()
    await other.follow(follower)
    isBusy = true
    await one.append([ofKey('a'), ofKey('b')])
    await one.append([ofKey('c')])
    await flush()
    expect([keys(), interruptions]).toEqual([['a', 'b', 'c'], []])

    // What it is not right before, it reads: nothing is left out.
    await open().log.append([ofKey('of a tab that nobody heard')])
    await one.append([ofKey('d')])
    await flush()
    expect(keys()).toEqual(['a', 'b', 'c'])
    isBusy = false
  })

  it('begins anew when a message hands on what the log does not have, which it sees a little later', async () => {
    const tabs = createTabs()
    const { open, post } = createOthers(tabs)
    const log = open()
    const { epoch } = await log.head()
    const { follower, keys, interruptions } = createRecorder()
    await log.follow(follower)
    const before = tabs.database.transactions.reads
    post({ epoch, after: 0, row: { position: 1, records: ['hkx'] } })
    await flush()
    // What it makes the page load comes first.
    expect([keys(), interruptions, tabs.database.transactions.reads - before]).toEqual([['x'], [], 0])
    tabs.clock.advance(50)
    await flush()
    expect(interruptions).toHaveLength(1)
  })

  it('sees that also when it was reading meanwhile', async () => {
    const { database, clock } = createTabs()
    const { open, post } = createOthers({ database, clock })
    const [reading, proceed] = [deferred(), deferred()]
    let isSlow = false
    const slow: BrowserLogOptions['database'] = {
      ...database,
      async getAll(...range) {
        const rows = await database.getAll(...range)
        if (isSlow) reading.resolve()
        if (isSlow) await proceed.promise
        return rows
      },
    }
    const log = open(slow)
    const { epoch } = await log.head()
    const { follower, interruptions } = createRecorder()
    await log.follow(follower)
    isSlow = true
    post(null)
    await reading.promise
    isSlow = false
    post({ epoch, after: 0, row: { position: 1, records: ['hkx'] } })
    await flush()
    expect(interruptions).toEqual([])
    proceed.resolve()
    await flush()
    expect(interruptions).toHaveLength(1)
  })

  it('takes any other message for a call to look', async () => {
    const tabs = createTabs()
    const others = createOthers(tabs)
    const log = others.open()
    const { follower, keys, interruptions } = createRecorder()
    const { epoch } = await log.head()
    await log.follow(follower)
    const messages = [
      'x',
      { epoch, after: 0, row: { position: 7, records: ['hkx'] } },
      { epoch: 'other', after: 0, row: { position: 1, records: ['hkx'] } },
      { epoch, after: 0, row: { position: 1, records: 'x' } },
      { epoch, after: 0, row: { position: 1, records: [{}] } },
      { epoch, row: { position: 1, records: ['hkx'] } },
    ]
    for (const message of messages) {
      await tabs.open().log.append([ofKey('a')])
      others.post(message)
      await flush()
    }
    expect(keys()).toEqual(messages.map(() => 'a'))
    expect(interruptions).toEqual([])
    // More than a message holds.
    await others.open().append(Array.from({ length: 101 }, () => ofKey('b')))
    await flush()
    expect(keys()).toHaveLength(messages.length + 101)
  })

  it('says in each tab which records a value follows, whether they are handed on or read', async () => {
    const tabs = createTabs()
    const heard: string[] = []
    const log = openBrowserLog({
      database: tabs.database,
      name: 'shop',
      clock: tabs.clock,
      lifecycle: createFakeLifecycle(),
      openChannel: () => undefined,
      heard: {
        record: ({ scope, strength, valueFollows = false }) =>
          void heard.push(`${scope.type === 'key' ? scope.key : ''} ${strength} ${valueFollows}`),
      },
    })
    const follower = createRecorder().follower
    await log.follow(follower)
    await log.append([{ ...ofKey('own'), valueFollows: true }, ofKey('gone')])
    await tabs.open().log.append([{ ...ofKey('set'), valueFollows: true }, ofKey('deleted')])
    await log.head()
    await flush()
    expect(heard).toEqual(['own hard true', 'gone hard false', 'set hard true', 'deleted hard false'])
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
      heard: { reached: ({ position }) => void reached.push(position) },
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
    await appendAll(
      one,
      Array.from({ length: 13_000 }, (_, index) => ofKey(`other:${index}`)),
    )
    expect((await other.snapshot()).positions.hardAt('first', [])).toBeGreaterThanOrEqual(first.position)
    tabs.clock.advance(1_000)
    await flush()
    expect(recorder.interruptions).toHaveLength(1)
  })

  it('keeps the position of each key after thousands of appends', async () => {
    const { log } = createTabs().open()
    const keys = Array.from({ length: 5_000 }, (_, index) => `key:${index}`)
    await appendAll(log, keys.map(ofKey))
    const { positions } = await log.snapshot()
    expect(keys.map((key) => positions.hardAt(key, []))).toEqual(keys.map((_, index) => index + 1))
  })

  it('takes in thousands of records in parts, each in a task of its own', async () => {
    const { log } = createTabs().open()
    const keys = Array.from({ length: 2_500 }, (_, index) => `key:${index}`)
    await appendAll(log, keys.map(ofKey))
    const tasks = vi.fn()
    vi.stubGlobal(
      'MessageChannel',
      class extends MessageChannel {
        constructor() {
          super()
          tasks()
        }
      },
    )
    const { positions } = await log.snapshot()
    vi.unstubAllGlobals()
    // The first thousand are looked through in the task that has read them.
    expect(tasks).toHaveBeenCalledTimes(2)
    expect(keys.map((key) => positions.hardAt(key, []))).toEqual(keys.map((_, index) => index + 1))
  })

  it('has few rows to read, however small its appends were', async () => {
    const { database, open } = createTabs()
    const { log } = open()
    for (let count = 0; count < 2_600; count++) await log.append([ofKey(`key:${count}`)])
    expect((await database.getAllKeys('records')).length).toBeLessThan(2_002)
    const { positions } = await log.snapshot()
    for (const index of [0, 1, 599, 600, 601, 1_599, 2_599])
      expect(positions.hardAt(`key:${index}`, [])).toBe(index + 1)
    expect((await log.recordsAfter?.(600))?.map(({ position }) => position)).toEqual(
      Array.from({ length: 2_000 }, (_, index) => 601 + index),
    )
  })

  it('raises cells for keys and tags that it drops, and costs few others', async () => {
    const { log } = createTabs().open()
    const keys = Array.from({ length: 26_000 }, (_, index) => `key:${index}`)
    await appendAll(log, [{ scope: { type: 'tag', tag: 'first' }, strength: 'soft' }, ...keys.map(ofKey)])
    const { positions } = await log.snapshot()
    const wrong = keys.filter((key, index) => positions.hardAt(key, []) !== index + 2)
    expect(wrong.filter((key) => positions.hardAt(key, []) < Number(key.slice(4)) + 2)).toEqual([])
    expect(wrong.length).toBeLessThan(keys.length / 50)
    expect([positions.softAt('a', ['first']), positions.hardAt('a', ['first'])]).toEqual([1, 0])
    expect([positions.softAt('a', ['other']), positions.hardAt('a', ['other'])]).toEqual([0, 0])
  })

  it('takes a prefix, a pattern or all that it drops for everything before it, and no more', async () => {
    for (const scope of [
      { type: 'prefix', prefix: 'user:' },
      { type: 'pattern', pattern: 'user:*' },
      { type: 'all' },
    ] as const)
      for (const strength of ['hard', 'soft'] as const) {
        const { log } = createTabs().open()
        await appendAll(log, [ofKey('a'), { scope, strength }, ...Array.from({ length: 13_000 }, () => ofKey('b'))])
        const { positions } = await log.snapshot()
        expect(positions[`${strength}At`]('other', [])).toBe(2)
        expect(positions[strength === 'soft' ? 'hardAt' : 'softAt']('other', [])).toBe(0)
      }
  })
})

const WITHOUT_CELLS = {
  hard: { floor: 0, cells: new Float64Array() },
  soft: { floor: 0, cells: new Float64Array() },
}

describe('a log of which something is lost', () => {
  async function changedUnderneath(change: (database: FakeDatabase) => void | Promise<void>, dropped = 0) {
    const tabs = createTabs()
    const { log } = tabs.open()
    const recorder = createRecorder()
    if (dropped > 0)
      await appendAll(
        log,
        Array.from({ length: dropped }, (_, index) => ofKey(`key:${index}`)),
      )
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
    ['a record is nothing', set(1, null)],
    ['one of the records of a row is', set(2, { position: 2, records: ['hka', null] })],
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

  it.each([
    ['what is left of dropped records is missing', (database: FakeDatabase) => void database.delete('records', -1)],
    ['what is left of dropped records is of another program', set(-1, { position: 2_000 })],
    ['what is left of dropped records is of before', set(-1, { position: 1_000, ...WITHOUT_CELLS })],
    ['a row of many records is of another program', set(11_000, { hello: 'world' })],
  ])('begins a new epoch when %s', async (_, change) => {
    const { before, after } = await changedUnderneath(change, 13_000)
    expect(after.epoch).not.toBe(before.epoch)
    expect(after.position).toBe(0)
  })

  it('begins a new epoch with an append that finds it damaged', async () => {
    for (const [change, count] of [
      [set(1, { hello: 'world' }), 2_001],
      [set(1, null), 2_001],
      [(database: FakeDatabase) => void database.delete('records', 1), 2_001],
      [(database: FakeDatabase) => void database.delete('records', -1), 15_001],
    ] as const) {
      const { database, open } = createTabs()
      const { log } = open()
      const all = Array.from({ length: count - 1 }, () => ofKey('a'))
      await log.append(all.slice(0, 1))
      await appendAll(log, all.slice(1))
      change(database)
      await database.flush()
      const { epoch } = await log.head()
      const mark = await log.append([ofKey('b'), ofKey('c')])
      expect([mark.epoch === epoch, mark.position]).toEqual([false, 2])
    }
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

  it('says so before it fails, of whatever it writes, when there is no room even so', async () => {
    const lifecycle = createFakeLifecycle()
    const database = createFakeDatabase({ stores: STORES, lifecycle })
    const full = () => database.failNext(new DOMException('full', 'QuotaExceededError'))
    const said: unknown[] = []
    const log = openBrowserLog({
      database,
      name: 'shop',
      clock: createFakeClock(),
      lifecycle,
      makeRoom: async () => full(),
      full: async (cause) => void said.push(isHotpathError(cause, 'ERR_STORAGE_QUOTA')),
      openChannel: createFakeChannels(),
    })
    const failed = async (work: unknown) => {
      await Promise.resolve(work).catch(() => said.push('failed'))
    }
    full()
    await failed(log.follow({ record() {}, interrupted() {} }))
    full()
    await failed(log.append([ofKey('a')]))
    expect(said).toEqual([true, 'failed', true, 'failed'])
  })

  it('says so once of what finds no room at the same time, and all of it waits for that', async () => {
    const lifecycle = createFakeLifecycle()
    const database = createFakeDatabase({ stores: STORES, lifecycle })
    const told = deferred()
    let said = 0
    const full = () => {
      said++
      return told.promise
    }
    const log = openBrowserLog({
      database,
      name: 'shop',
      clock: createFakeClock(),
      lifecycle,
      full,
      openChannel: createFakeChannels(),
    })
    let failed = 0
    const append = (key: string): void => {
      database.failNext(new DOMException('full', 'QuotaExceededError'))
      Promise.resolve(log.append([ofKey(key)])).catch(() => failed++)
    }
    append('a')
    await flush()
    append('b')
    await flush()
    expect([said, failed]).toEqual([1, 0])
    told.resolve()
    await flush()
    expect([said, failed]).toEqual([1, 2])
    append('c')
    await flush()
    expect([said, failed]).toEqual([2, 3])
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
