import { createFakeClock } from '@hotpath/testkit'
import { describe, expect, it } from 'vitest'
import { type DatabaseKey, openDatabase } from '../src/database/index.ts'
import { createFakeDatabase, createFakeLifecycle, type FakeDatabaseOptions } from '../src/testing/index.ts'

function fake(options: Partial<FakeDatabaseOptions> = {}) {
  const clock = createFakeClock()
  const lifecycle = createFakeLifecycle()
  const database = createFakeDatabase({ stores: ['entries', 'log'], clock, lifecycle, ...options })
  return { clock, lifecycle, database }
}

/** What settles, in its order. */
function watch(settled: string[], name: string, promise: Promise<unknown>): void {
  promise.then(
    () => settled.push(name),
    (error: unknown) => settled.push(`${name} ${(error as { code?: string }).code}`),
  )
}

describe('writes', () => {
  it('of 50 ms go into one transaction', async () => {
    const { clock, database } = fake()
    const settled: string[] = []
    watch(settled, 'a', database.put('entries', 'a', 1))
    await clock.advanceAsync(49)
    watch(settled, 'b', database.put('log', 'b', 2))
    expect(settled).toEqual([])
    await clock.advanceAsync(1)
    expect(settled).toEqual(['a', 'b'])
    watch(settled, 'c', database.delete('entries', 'a'))
    await clock.advanceAsync(50)
    expect(database.transactions.writes).toBe(2)
    await expect(database.getAll('entries')).resolves.toEqual([])
    await database.close()
  })

  it.each(['hide', 'freeze', 'leave'] as const)('are sent at once on %s', async (event) => {
    const { clock, lifecycle, database } = fake()
    const settled: string[] = []
    watch(settled, 'a', database.put('entries', 'a', 1))
    lifecycle[event]()
    await clock.advanceAsync(0)
    expect(settled).toEqual(['a'])
    expect(clock.pending).toBe(0)
  })

  it('of a hidden page are sent at the end of their turn, as it may end without another event', async () => {
    const { clock, lifecycle, database } = fake()
    lifecycle.hide()
    const settled: string[] = []
    watch(settled, 'a', database.put('entries', 'a', 1))
    watch(settled, 'b', database.put('entries', 'b', 1))
    await clock.advanceAsync(0)
    expect(settled).toEqual(['a', 'b'])
    expect(database.transactions.writes).toBe(1)
    lifecycle.show()
    watch(settled, 'c', database.put('entries', 'c', 1))
    await clock.advanceAsync(49)
    expect(settled).toEqual(['a', 'b'])
  })

  it('fail together when their transaction is aborted, and those after it do not', async () => {
    const { clock, database } = fake()
    const settled: string[] = []
    database.failNext(new DOMException('full', 'QuotaExceededError'))
    watch(settled, 'a', database.put('entries', 'a', 1))
    watch(settled, 'b', database.put('entries', 'b', 1))
    await clock.advanceAsync(50)
    watch(settled, 'c', database.put('entries', 'c', 1))
    await clock.advanceAsync(50)
    expect(settled).toEqual(['a ERR_STORAGE_QUOTA', 'b ERR_STORAGE_QUOTA', 'c'])
    await expect(database.getAllKeys('entries')).resolves.toEqual(['c'])
  })

  it('of what cannot be cloned fail alone', async () => {
    const { clock, database } = fake()
    const settled: string[] = []
    watch(
      settled,
      'a',
      database.put('entries', 'a', () => {}),
    )
    watch(settled, 'b', database.put('entries', 'b', 1))
    await clock.advanceAsync(50)
    expect(settled.toSorted()).toEqual(['a ERR_STORAGE_FAILED', 'b'])
  })
})

describe('reads', () => {
  it('of one turn go into one transaction', async () => {
    const { database } = fake()
    await Promise.all([database.get('entries', 'a'), database.get('log', 'b'), database.getAll('entries')])
    await database.get('entries', 'a')
    expect(database.transactions.reads).toBe(2)
  })

  it('see the writes that came before them, which are sent for that', async () => {
    const { clock, database } = fake()
    const settled: string[] = []
    watch(settled, 'put', database.put('entries', 'a', 1))
    await expect(database.get('entries', 'other')).resolves.toBeUndefined()
    expect(settled).toEqual([])
    await expect(database.get('entries', 'a')).resolves.toBe(1)
    expect(settled).toEqual(['put'])
    void database.put('log', ['b', 1], 2)
    await expect(database.getAll('log')).resolves.toEqual([2])
    void database.clear('log')
    await expect(database.get('log', ['b', 1])).resolves.toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  it('get clones', async () => {
    const { database } = fake({ window: 0 })
    const value = { people: 1 }
    const written = database.put('entries', 'a', value)
    await database.flush()
    await written
    value.people = 2
    await expect(database.get('entries', 'a')).resolves.toEqual({ people: 1 })
  })

  it('come in the order of keys', async () => {
    const { database } = fake()
    const keys: DatabaseKey[] = ['b', [1, 'x'], 10, 9, 'a', [1], new Date(0)]
    for (const key of keys) void database.put('entries', key, 0)
    await expect(database.getAllKeys('entries')).resolves.toEqual([9, 10, new Date(0), 'a', 'b', [1], [1, 'x']])
    await expect(database.getAllKeys('entries', undefined, 2)).resolves.toEqual([9, 10])
  })
})

describe('a transaction', () => {
  it('stores many at once, but for those that cannot be cloned', async () => {
    const { database } = fake()
    const refused = await database.transaction(['entries'], (transaction) =>
      transaction.putMany('entries', [
        ['bad', () => 1],
        ['a', 1],
      ]),
    )
    expect([...refused.keys()]).toEqual(['bad'])
    expect(await database.getAll('entries')).toEqual([1])
  })

  it('comes after the writes that are pending, and is all or nothing', async () => {
    const { database } = fake()
    void database.put('entries', 'last', 1)
    const append = (fails: boolean): Promise<number> =>
      database.transaction(['entries'], async (transaction) => {
        const next = ((await transaction.get('entries', 'last')) as number) + 1
        await transaction.put('entries', 'last', next)
        if (fails) throw new RangeError('mine')
        return next
      })
    await expect(append(false)).resolves.toBe(2)
    await expect(append(true)).rejects.toThrow(new RangeError('mine'))
    await expect(append(false)).resolves.toBe(3)
  })
})

describe('a database', () => {
  it('settles what is pending when it is closed, and takes nothing after that', async () => {
    const { database } = fake()
    const settled: string[] = []
    watch(settled, 'a', database.put('entries', 'a', 1))
    await database.close()
    await database.close()
    expect(settled).toEqual(['a'])
    await expect(database.get('entries', 'a')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
  })

  it('that is deleted underneath says so, and goes on empty', async () => {
    const { database } = fake()
    const heard: unknown[] = []
    database.on('closed', ({ reason }) => heard.push(reason))
    void database.put('entries', 'a', 1)
    await database.flush()
    database.deleteUnderneath()
    await expect(database.get('entries', 'a')).resolves.toBeUndefined()
    expect(heard).toEqual(['deleted'])
  })

  it('rejects each call where there is no IndexedDB', async () => {
    const database = openDatabase({ name: 'shop', stores: ['entries'], window: 0 })
    await expect(database.get('entries', 'a')).rejects.toMatchObject({ code: 'ERR_STORAGE_UNAVAILABLE' })
    await expect(database.put('entries', 'a', 1)).rejects.toMatchObject({ code: 'ERR_STORAGE_UNAVAILABLE' })
    await expect(database.transaction(['entries'], async () => 1)).rejects.toThrow('There is no IndexedDB here')
    await expect(database.destroy()).rejects.toMatchObject({ code: 'ERR_STORAGE_UNAVAILABLE' })
    await database.close()
  })

  it('refuses a store that it does not have, and stores what is written beside', async () => {
    const { clock, database } = fake()
    const settled: string[] = []
    watch(settled, 'wrong', database.put('entrys', 'a', 1))
    watch(settled, 'right', database.put('entries', 'a', 1))
    await clock.advanceAsync(50)
    expect(settled).toEqual(['wrong ERR_CONFIG_OPTION', 'right'])
    await expect(database.get('entrys', 'a')).rejects.toThrow("has no store 'entrys'. It has entries, log")
    await expect(database.transaction(['entrys'], async () => 1)).rejects.toThrow('has no store')
  })

  it('refuses a store that a transaction was not begun with', async () => {
    const { database } = fake()
    const work = database.transaction(['entries'], async (transaction) => transaction.put('log', 'a', 1))
    await expect(work).rejects.toThrow("The transaction has no store 'log'")
  })

  it('refuses options that are wrong', () => {
    expect(() => openDatabase({ name: '', stores: ['a'] })).toThrow('`name` must')
    expect(() => openDatabase({ name: 'a', stores: [] })).toThrow('`stores` must be a list of names')
    expect(() => openDatabase({ name: 'a', stores: ['a', 'a'] })).toThrow('each once')
    expect(() => openDatabase({ name: 'a', stores: ['a'], version: 0 })).toThrow('`version` must')
    expect(() => openDatabase({ name: 'a', stores: ['a'], durability: 'very' as never })).toThrow('`durability` must')
  })
})
