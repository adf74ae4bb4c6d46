import { StorageError } from '@hotpath/contract'
import { createFakeClock, flush } from '@hotpath/testkit'
import { describe, expect, it } from 'vitest'
import { createEncryption } from '../src/encryption/index.ts'
import { ENTRIES, LEDGER, META } from '../src/database/stores.ts'
import { inNextTask } from '../src/store/next-task.ts'
import { entryOf, fakeDatabase, openStore } from './store.ts'

const quota = (): DOMException => new DOMException('full', 'QuotaExceededError')
const SECOND = 1_000
const DAY = 24 * 3_600 * SECOND

describe('a store of entries', () => {
  it('writes what comes within its window in one transaction', async () => {
    const { store, database, clock } = openStore({ windowMs: 50 })
    const written = Promise.all([store.set('a', entryOf(1)), store.set('b', entryOf(2)), store.delete(['c'])])
    clock.advance(49)
    expect(database.transactions.writes).toBe(0)
    clock.advance(1)
    await written
    expect(database.transactions.writes).toBe(1)
  })

  it('does not wait for the window where there are many, and takes along what comes in the same turn', async () => {
    const { store, database } = openStore({ windowMs: 50, maxBytes: 10_000_000 })
    await store.setMany(Array.from({ length: 150 }, (_, index) => [`key:${index}`, entryOf(index)] as const))
    expect([database.transactions.writes, (await store.usage()).entries]).toEqual([1, 150])
  })

  it('looks through two hundred entries in a task, so that the page can paint', async () => {
    const { store } = openStore({ windowMs: 50, maxBytes: 10_000_000 })
    let looked = 0
    const counted = Object.defineProperty({}, 'value', { enumerable: true, get: () => ++looked })
    const written = store.setMany(
      Array.from({ length: 450 }, (_, index) => [`key:${index}`, entryOf(counted)] as const),
    )
    const inTasks = [looked]
    for (let task = 0; task < 2; task++) {
      await new Promise<void>(inNextTask)
      inTasks.push(looked)
    }
    await written
    expect(inTasks).toEqual([200, 400, 450])
    expect((await store.usage()).entries).toBe(450)
  })

  it('clones 125 kB or 100 entries at a time, all of them in one transaction', async () => {
    const clock = createFakeClock()
    const shared = fakeDatabase(clock)
    const { transaction } = shared
    /** How many were put at a time. */
    const parts: number[] = []
    shared.transaction = (stores, work, options) =>
      transaction(
        stores,
        (requests) => {
          const putMany: typeof requests.putMany = (store, entries) => {
            const part = [...entries]
            parts.push(part.length)
            return requests.putMany(store, part)
          }
          return work({ ...requests, putMany })
        },
        options,
      )
    const { store } = openStore({ shared, clock, windowMs: 50, maxBytes: 10_000_000 })
    const large = Array.from({ length: 4 }, (_, index) => [`large:${index}`, entryOf('x'.repeat(100_000))] as const)
    const small = Array.from({ length: 450 }, (_, index) => [`small:${index}`, entryOf(index)] as const)
    await store.setMany([...large, ...small])
    expect(parts).toEqual([1, 1, 1, 100, 100, 100, 100, 51])
    expect(shared.transactions.writes).toBe(1)
  })

  it('does not read again what it has written itself, also where a transaction was begun before the last one ended', async () => {
    const clock = createFakeClock()
    const shared = fakeDatabase(clock)
    const { transaction } = shared
    let reads = 0
    shared.transaction = (stores, work, options) =>
      transaction(
        stores,
        (requests) => {
          const getAll: typeof requests.getAll = (store, ...range) => {
            reads++
            return requests.getAll(store, ...range)
          }
          return work({ ...requests, getAll })
        },
        options,
      )
    const { store } = openStore({ shared, clock })
    await store.set('a', entryOf(1))
    expect(reads).toBe(1)
    const written = [store.set('b', entryOf(2))]
    await Promise.resolve()
    written.push(store.set('c', entryOf(3)))
    await Promise.all(written)
    expect([shared.transactions.writes, reads]).toEqual([3, 1])
    // What another tab has written in between is read.
    const other = openStore({ shared, clock })
    await other.store.set('d', entryOf(4))
    const before = reads
    await store.set('e', entryOf(5))
    expect([reads - before, (await store.usage()).entries]).toEqual([1, 5])
  })

  it('loses nothing where several transactions were begun before the first one of a page ended', async () => {
    const clock = createFakeClock()
    const shared = fakeDatabase(clock)
    await openStore({ shared, clock }).store.set('before', entryOf(0))
    const { store } = openStore({ shared, clock })
    const written: Promise<void>[] = []
    for (const key of ['a', 'b', 'c', 'd']) {
      written.push(store.set(key, entryOf(key)))
      await Promise.resolve()
    }
    await Promise.all(written)
    const found = await store.getMany(['before', 'a', 'b', 'c', 'd'])
    expect(found.map((entry) => entry?.value)).toEqual([0, 'a', 'b', 'c', 'd'])
    expect((await store.usage()).entries).toBe(5)
  })

  it('reads hundreds of neighbours by ranges, also as the first thing that a page does', async () => {
    const { store, database, clock } = openStore({ maxBytes: 10_000_000 })
    const keys = Array.from({ length: 300 }, (_, index) => `key:${index}`)
    await store.setMany(keys.map((key) => [key, entryOf(key)]))
    const ranges: unknown[] = []
    const shared = fakeDatabase(clock)
    shared.get = (from, key) => (from === ENTRIES ? Promise.reject(new Error('one by one')) : database.get(from, key))
    shared.transaction = (stores, work, options) =>
      database.transaction(
        stores,
        (requests) => {
          const getAll: typeof requests.getAll = (from, range) => {
            if (from === ENTRIES) ranges.push(range)
            return requests.getAll(from, range)
          }
          return work({ ...requests, getAll, get: () => Promise.reject(new Error('one by one')) })
        },
        options,
      )
    const next = openStore({ shared, clock })
    expect((await next.store.getMany(keys)).map((entry) => entry?.value)).toEqual(keys)
    expect(ranges).toHaveLength(3)
  })

  it('writes at once when the page is hidden, frozen or left, and before it reads', async () => {
    const { store, database, lifecycle } = openStore({ windowMs: 50 })
    const first = store.set('a', entryOf(1))
    lifecycle.hide()
    await first
    await store.set('b', entryOf(2))
    expect(database.transactions.writes).toBe(2)
    const { store: shown } = openStore({ windowMs: 50 })
    const written = shown.set('a', entryOf('read back'))
    expect((await shown.get('a'))?.value).toBe('read back')
    await written
  })

  it('keeps a larger asOf that another tab has written meanwhile', async () => {
    const one = openStore()
    const other = openStore({ shared: one.database, clock: one.clock })
    await one.store.set('a', entryOf('first', { asOf: 1 }))
    await other.store.set('a', entryOf('newer', { asOf: 9 }))
    await one.store.set('a', entryOf('older', { asOf: 5 }))
    expect((await one.store.get('a'))?.value).toBe('newer')
    await one.store.delete(['a'], { epoch: 'epoch-one', position: 9 })
    expect((await other.store.get('a'))?.value).toBe('newer')
  })

  it('never stores the keys of namespaces that are for memory alone', async () => {
    const { store, database } = openStore({ isMemoryOnly: (key) => key.startsWith('draft:') })
    await store.setMany([
      ['draft:1', entryOf('secret')],
      ['post:1', entryOf('public')],
    ])
    expect(await database.getAllKeys(ENTRIES)).toEqual(['post:1'])
    expect(await store.get('draft:1')).toBeUndefined()
  })

  it('stores nothing that would come back as something else: a fault of the value alone, with its key', async () => {
    const { store, database, faults } = openStore()
    await store.set('a', entryOf('before'))
    const boom = {
      get load() {
        throw new Error('boom')
      },
    }
    await store.setMany([
      ['a', entryOf({ load: () => 1 })],
      ['b', entryOf(boom)],
      ['c', entryOf('plain')],
    ])
    expect(faults).toEqual(
      ['Key `a`: `value.load` cannot be stored', 'Key `b`: '].map((message) =>
        expect.objectContaining({ code: 'ERR_CODEC_VALUE', message: expect.stringContaining(message) }),
      ),
    )
    // What it was to replace is gone.
    expect(await database.getAllKeys(ENTRIES)).toEqual(['c'])
  })

  it('does not store a proxy, which cannot be cloned, and stores what is written with it', async () => {
    const { store, faults } = openStore()
    await Promise.all([store.set('proxy', entryOf(new Proxy({ a: 1 }, {}))), store.set('plain', entryOf({ a: 1 }))])
    expect(faults.map(({ code }) => code)).toEqual(['ERR_CODEC_VALUE'])
    expect(await store.usage()).toMatchObject({ entries: 1 })
    expect((await store.get('plain'))?.value).toEqual({ a: 1 })
  })

  it('drops no value that is stored while a record that nobody can read is read', async () => {
    const { store, database, faults } = openStore()
    await store.set('key', entryOf('before'))
    const [record] = (await database.getAll(ENTRIES)) as [object]
    await database.put(ENTRIES, 'key', { ...record, isEncrypted: true })
    const read = store.get('key')
    await Promise.all([read, store.set('key', entryOf('after', { asOf: 2 }))])
    await flush()
    expect([faults.length, await read, (await store.get('key'))?.value]).toEqual([1, undefined, 'after'])
    await store.close()
  })

  it('drops a record that is not of ours, says so, and keeps the others', async () => {
    const { store, database, faults } = openStore()
    await store.set('good', entryOf('value'))
    const [record] = (await database.getAll(ENTRIES)) as [object]
    const poison: readonly unknown[] = [
      'a string',
      { value: 1 },
      { ...record, tags: [1] },
      { ...record, createdAtWall: Number.NaN },
      { ...record, isWrapped: true, value: { $hotpath: 'url', content: 'no URL' } },
      { ...record, isWrapped: true, value: { $hotpath: 'constructor', content: {} } },
      { ...record, value: undefined },
      { ...record, asOf: 0.5 },
      { ...record, asOf: -1 },
      { ...record, asOf: 1e300 },
      // Later than the log.
      { ...record, asOf: 1_001 },
    ]
    for (const [index, bad] of poison.entries()) await database.put(ENTRIES, `bad:${index}`, bad)
    for (const index of poison.keys()) expect(await store.get(`bad:${index}`)).toBeUndefined()
    expect(faults.map(({ code }) => code)).toEqual(poison.map(() => 'ERR_CODEC_FRAME'))
    await store.close()
    expect(await database.getAllKeys(ENTRIES)).toEqual(['good'])
  })

  it('says so once, however many read it before it is dropped, and again of the next', async () => {
    const { store, database, faults } = openStore()
    for (const count of [1, 2]) {
      await database.put(ENTRIES, 'bad', 'a string')
      expect(await Promise.all([store.get('bad'), store.getMany(['bad']), store.peek('bad')])).toEqual([
        undefined,
        [undefined],
        undefined,
      ])
      await store.usage()
      expect(faults).toHaveLength(count)
    }
  })
})

describe('what is encrypted', () => {
  const cipher = { encrypt: async (value: unknown) => ({ hidden: value }), decrypt: async (stored: unknown) => stored }

  it('is dropped where there is no cipher, as is what is not encrypted where there is one', async () => {
    for (const [before, after] of [
      [cipher, undefined],
      [undefined, cipher],
    ]) {
      const { store, database, clock } = openStore({ cipher: before })
      await store.set('a', entryOf('secret'))
      expect((await store.get('a'))?.value).toBeDefined()
      const { store: changed, faults } = openStore({ cipher: after, shared: database, clock })
      expect(await changed.get('a')).toBeUndefined()
      expect(faults.map(({ code }) => code)).toEqual(['ERR_CODEC_FRAME'])
      await changed.close()
      expect(await database.getAllKeys(ENTRIES)).toEqual([])
    }
  })
})

it('what was encrypted with another key, or moved, is said to be so, and dropped', async () => {
  const newKey = () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const [one, other] = [createEncryption({ key: await newKey() }), createEncryption({ key: await newKey() })]
  const { store, database, clock, faults } = openStore({ cipher: one })
  await store.set('a', entryOf('secret'))
  await database.put(ENTRIES, 'moved', await database.get(ENTRIES, 'a'))
  expect(await store.get('moved')).toBeUndefined()
  const changed = openStore({ cipher: other, shared: database, clock })
  expect(await changed.store.get('a')).toBeUndefined()
  for (const fault of [...faults, ...changed.faults]) {
    expect(fault.code).toBe('ERR_CODEC_KEY')
    expect(fault.message).toMatch(/^Key `\w+`: A stored value cannot be decrypted: .* Cause: \D+$/)
  }
  expect([faults.length, changed.faults.length]).toEqual([1, 1])
  await Promise.all([store.close(), changed.store.close()])
  expect(await database.getAllKeys(ENTRIES)).toEqual([])
})

describe('the age of what is stored', () => {
  it('goes by wall time, as that goes on while no page is there', async () => {
    const clock = createFakeClock()
    const shared = fakeDatabase(clock)
    await openStore({ clock, shared }).store.set('a', entryOf('value', { createdAt: clock.monotonic() - 500 }))
    clock.advance(2_000)
    const entry = await openStore({ clock, shared }).store.get('a')
    expect(clock.monotonic() - (entry?.createdAt ?? 0)).toBe(2_500)
  })

  it('is not known once the clock was set back by a day: everything is dead', async () => {
    const clock = createFakeClock({ now: 10 * DAY })
    const shared = fakeDatabase(clock)
    await openStore({ clock, shared }).store.set('a', entryOf('value', { freshMs: DAY }))
    const earlier = createFakeClock({ now: 9 * DAY })
    const { store } = openStore({ clock: earlier, shared })
    expect(await store.get('a')).toBeUndefined()
    await store.set('b', entryOf('new'))
    expect((await store.get('b'))?.value).toBe('new')
    expect(await shared.getAllKeys(ENTRIES)).toEqual(['b'])
    expect(await shared.get(META, 'wall')).toBe(9 * DAY)
  })

  it('is not known either when the first thing that a page does is to write', async () => {
    const clock = createFakeClock({ now: 10 * DAY })
    const shared = fakeDatabase(clock)
    await openStore({ clock, shared }).store.set('a', entryOf('value', { createdAt: -2 * DAY, freshMs: 3 * DAY }))
    const { store } = openStore({ clock: createFakeClock({ now: 9 * DAY }), shared })
    await store.set('b', entryOf('new'))
    expect(await shared.getAllKeys(ENTRIES)).toEqual(['b'])
  })

  it('is not known either when the clock is set back while the page is open', async () => {
    const clock = createFakeClock({ now: 10 * DAY })
    const { store } = openStore({ clock })
    await store.set('a', entryOf('value', { freshMs: DAY }))
    clock.jumpWall(-DAY)
    expect(await store.get('a')).toBeUndefined()
    expect(await store.get('a')).toBeUndefined()
  })

  it('lets a correction by less than a second pass', async () => {
    const clock = createFakeClock({ now: DAY })
    const { store } = openStore({ clock })
    await store.set('a', entryOf('value'))
    clock.jumpWall(-900)
    expect((await store.get('a'))?.value).toBe('value')
  })
})

describe('a budget', () => {
  const large = (): string => 'x'.repeat(1_000)

  it('is kept: the least recently used go, with an event', async () => {
    const { store, evicted, clock } = openStore({ maxBytes: 20_000 })
    for (let index = 0; index < 30; index++) {
      clock.advance(1)
      await store.set(`k${index}`, entryOf(large()))
      await store.get('k0')
    }
    const usage = await store.usage()
    expect(usage.bytes).toBeLessThan(20_000)
    expect(usage.entries).toBeGreaterThan(8)
    expect((await store.get('k0'))?.value).toBe(large())
    expect(evicted[0]).toBe('k1 max-bytes')
  })

  it('refuses a value that would take most of it, and forgets what it was to replace', async () => {
    const { store, evicted } = openStore({ maxBytes: 20_000 })
    await store.set('a', entryOf('old'))
    await store.set('a', entryOf('x'.repeat(15_000)))
    expect([await store.get('a'), evicted]).toEqual([undefined, ['a max-entry-bytes']])
  })

  it('frees what is dead with the first write of a page', async () => {
    const clock = createFakeClock()
    const first = openStore({ clock })
    await first.store.setMany(['a', 'b'].map((key) => [key, entryOf(key, { freshMs: 10 })] as const))
    clock.advance(20)
    const second = openStore({ clock, shared: first.database })
    await second.store.set('c', entryOf('c'))
    expect(await first.database.getAllKeys(ENTRIES)).toEqual(['c'])
  })
})

describe('a disk that is full', () => {
  it('has room again after entries were evicted, and what was to be written is tried again in halves', async () => {
    const { store, database, evicted, faults } = openStore()
    await store.setMany(Array.from({ length: 10 }, (_, at) => [`old${at}`, entryOf(at)] as const))
    database.failNext(quota())
    await store.setMany(['a', 'b', 'c'].map((key) => [key, entryOf(key)] as const))
    expect((await store.getMany(['a', 'b', 'c'])).map((entry) => entry?.value)).toEqual(['a', 'b', 'c'])
    expect(evicted.length).toBeGreaterThan(2)
    expect(faults).toEqual([])
  })

  it('is given up after two tries, with one event, and the cache goes on', async () => {
    const { store: before, database, clock } = openStore()
    await before.set('old', entryOf('old'))
    const shared = { ...database, transaction: () => Promise.reject(new StorageError('ERR_STORAGE_QUOTA', 'full')) }
    const { store, faults } = openStore({ shared: shared as typeof database, clock })
    await store.set('a', entryOf('a'))
    await store.set('b', entryOf('b'))
    await store.delete(['old'])
    expect(faults.map(({ code }) => code)).toEqual(['ERR_STORAGE_QUOTA'])
    expect((await store.get('old'))?.value).toBe('old')
    Object.assign(shared, { transaction: database.transaction })
    await store.set('c', entryOf('c'))
    expect(await store.get('c')).toBeUndefined()
    clock.advance(5 * 60 * SECOND)
    await store.set('c', entryOf('c'))
    expect((await store.get('c'))?.value).toBe('c')
  })
})

describe('a database that does not respond', () => {
  it('keeps a store from closing for some seconds, and no longer', async () => {
    const never = new Promise<never>(() => {})
    const clock = createFakeClock()
    const shared = { ...fakeDatabase(clock), transaction: () => never }
    const { store, faults } = openStore({ shared, clock, closed: () => never })
    void store.set('a', entryOf('a'))
    const closed = store.close()
    for (let step = 0; step < 2; step++) {
      await flush()
      clock.advance(5 * SECOND)
    }
    await closed
    expect(faults.map(({ code }) => code)).toEqual(['ERR_STORAGE_FAILED', 'ERR_STORAGE_FAILED'])
    expect(clock.pending).toBe(0)
  })
})

describe('a ledger with a page that is none of ours', () => {
  const numbers = new Float64Array([1, 0, 1, 1])
  const page = { number: 9, id: 'x', isWhole: false, keys: ['a'], epochs: ['e'], numbers }

  it.each<[string, unknown]>([
    ['text', 'text'],
    ['no keys', { ...page, keys: undefined }],
    ['a key that is none', { ...page, keys: [1] }],
    ['keys and epochs of another number', { ...page, epochs: ['e', 'e'] }],
    ['a row without a size', { ...page, numbers: new Float64Array([Number.NaN, 0, 1, 1]) }],
    ['a row without a position', { ...page, numbers: new Float64Array([1, 0, 1, Number.NaN]) }],
    ['numbers of another number', { ...page, numbers: new Float64Array(3) }],
    ['numbers that are none', { ...page, numbers: ['1', 0, 1, 1] }],
    ['a row without an epoch', { ...page, epochs: [undefined] }],
  ])('begins anew with the next write: %s', async (_, poison) => {
    const { store, database, clock } = openStore()
    await store.set('a', entryOf('a'))
    await database.put(LEDGER, [9, 'x'], poison)
    expect(await store.usage()).toMatchObject({ entries: 0 })
    for (const one of [store, openStore({ shared: database, clock }).store]) {
      await one.set('b', entryOf('b'))
      expect((await one.get('b'))?.value).toBe('b')
      expect(await one.usage()).toMatchObject({ entries: 1 })
    }
    expect(await database.getAllKeys(ENTRIES)).toEqual(['b'])
  })
})

describe('a database that is deleted underneath', () => {
  it('is filled again', async () => {
    const { store, database } = openStore()
    await store.setMany(['a', 'b'].map((key) => [key, entryOf(key)] as const))
    database.deleteUnderneath()
    expect(await store.get('a')).toBeUndefined()
    await store.set('c', entryOf('c'))
    expect(await store.usage()).toMatchObject({ entries: 1 })
    expect(await database.getAll(LEDGER)).toHaveLength(1)
  })
})
