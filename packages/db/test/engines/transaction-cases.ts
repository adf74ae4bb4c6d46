/** Transactions: who sees what, what is kept, and what is invalidated. */
import { createCache, memory } from '@hotpath/core'
import { deferred } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import type { DatabaseTransaction, QueryEvent } from '../../src/index.ts'
import { type Bench, placeholders } from './engine.ts'

const STATUS = 'select status from tickets where id = 7'
const fail = (): never => {
  throw new Error('no')
}

/** Runs them. */
export function transactionCases(bench: () => Bench): void {
  describe('a transaction', () => {
    test('returns what its function returned, and gives the token of its commit', async () => {
      const { db } = bench()
      await db.query(STATUS)
      const tokens: string[] = []
      const result = await db.transaction(
        async (tx) => {
          await tx.query("update tickets set status = 'done' where id = 7")
          return tx.query(STATUS)
        },
        { onCommit: (token) => tokens.push(token) },
      )
      expect(result).toMatchObject([{ status: 'done' }])
      expect(tokens).toHaveLength(1)
      expect(await db.query(STATUS, [], { after: tokens[0] as never })).toMatchObject([{ status: 'done' }])
    })

    test('that wrote nothing gives no token', async () => {
      const tokens: string[] = []
      await bench().db.transaction((tx) => tx.query(STATUS), { onCommit: (token) => tokens.push(token) })
      expect(tokens).toEqual([])
    })

    test('that fails changes nothing and invalidates nothing', async () => {
      const { db, source } = bench()
      await db.query('select * from tickets')
      const failed = db.transaction(async (tx) => {
        await tx.query('delete from tickets')
        expect(await tx.query('select * from tickets')).toEqual([])
        fail()
      })
      await expect(failed).rejects.toThrow('no')
      expect(await source('select * from tickets')).toBe('memory')
      expect(await db.query('select * from tickets', [], { cache: false })).toHaveLength(2)
    })

    test('undoes a nested part alone, at any depth', async () => {
      const { db, source } = bench()
      for (const table of ['users', 'tickets', 'audit']) await db.query(`select * from ${table}`)
      await db.transaction(async (tx) => {
        await tx.query("update tickets set status = 'x' where id = 7")
        const part = tx.transaction(async (inner) => {
          await inner.query("update users set name = 'y'")
          await inner.transaction((innermost) => innermost.query("insert into audit values (1, 'z')"))
          expect(await inner.query('select * from audit')).toHaveLength(1)
          fail()
        })
        await expect(part).rejects.toThrow('no')
        await tx.transaction((inner) => inner.query("update tickets set status = 'w' where id = 8"))
      })
      expect([await source('select * from users'), await source('select * from audit')]).toEqual(['memory', 'memory'])
      expect(await source('select * from tickets')).toBe('database')
      expect(await db.query('select status from tickets order by id')).toMatchObject([{ status: 'x' }, { status: 'w' }])
      expect(await db.query('select name from users where id = 1', [], { cache: false })).toMatchObject([
        { name: 'Ann' },
      ])
    })

    test('runs parts that are begun at once one after another, so that each is undone alone', async () => {
      const { db, source } = bench()
      await source('select * from users')
      const order: string[] = []
      const begun = deferred()
      await db.transaction(async (tx) => {
        const first = tx.transaction(async (part) => {
          order.push('first')
          await part.query("update tickets set status = 'a' where id = 7")
          await begun.promise
          await part.query("update tickets set status = 'a' where id = 8")
          order.push('first fails')
          fail()
        })
        const second = tx.transaction(async (part) => {
          order.push('second')
          await part.transaction((inner) => inner.query("update users set name = 'b' where id = 1"))
          return 'written'
        })
        const third = tx.transaction(() => fail())
        begun.resolve()
        expect(await Promise.allSettled([first, second, third])).toMatchObject([
          { status: 'rejected', reason: { message: 'no' } },
          { status: 'fulfilled', value: 'written' },
          { status: 'rejected' },
        ])
      })
      expect(order).toEqual(['first', 'first fails', 'second'])
      expect(await db.query('select name from users where id = 1')).toMatchObject([{ name: 'b' }])
      expect(await db.query("select id from tickets where status = 'a'")).toEqual([])
    })

    test('has a part that is begun within a part in it, by whichever `tx`', async () => {
      const { db } = bench()
      await db.transaction(async (tx) => {
        const part = tx.transaction(async (outer) => {
          await tx.transaction((inner) => inner.query("update users set name = 'b' where id = 1"))
          await outer.transaction(() => tx.transaction((inner) => inner.query('delete from audit')))
          fail()
        })
        await expect(part).rejects.toThrow('no')
      })
      expect(await db.query('select name from users where id = 1')).toMatchObject([{ name: 'Ann' }])
    })

    test('begins no part that still waits when it ends', async () => {
      const { db } = bench()
      const goOn = deferred()
      let late: Promise<unknown>[] = []
      let isBegun = false
      await db.transaction((tx) => {
        late = [tx.transaction(() => goOn.promise), tx.transaction(() => void (isBegun = true))]
        for (const one of late) one.catch(() => {})
      })
      await expect(late[1]).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
      goOn.resolve()
      await expect(late[0]).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
      expect(isBegun).toBe(false)
    })

    test('keeps nothing that it read', async () => {
      const { db, source } = bench()
      await db.transaction((tx) => tx.query('select * from tickets'))
      await db.transaction((tx) => tx.query('select * from tickets'), { isolation: 'repeatable read' })
      expect(await source('select * from tickets')).toBe('database')
    })

    test('reads from the cache only until it has written, and only in read committed', async () => {
      const { db, engine } = bench()
      await db.query(STATUS)
      const sources = async (run: (tx: DatabaseTransaction) => Promise<unknown>, options = {}): Promise<string> =>
        db.transaction(async (tx) => {
          await run(tx)
          return (await tx.executeWithStats(STATUS)).stats.source
        }, options)
      const nothing = (): Promise<void> => Promise.resolve()
      const isSnapshot = engine.dialect === 'sqlite'
      expect(await sources(nothing, { isolation: 'read committed' })).toBe(isSnapshot ? 'database' : 'memory')
      expect(await sources(nothing, { isolation: 'repeatable read' })).toBe('database')
      expect(await sources(nothing, { isolation: 'serializable' })).toBe('database')
      // The default of MySQL and SQLite is one snapshot for all of it.
      expect(await sources(nothing)).toBe(engine.dialect === 'postgres' ? 'memory' : 'database')
      const writes = (tx: DatabaseTransaction): Promise<unknown> => tx.query("insert into audit values (3, 'x')")
      expect(await sources(writes, { isolation: 'read committed' })).toBe('database')
    })

    test('in which a statement has failed, or may still fail, reads nothing from the cache', async () => {
      const { db, engine } = bench()
      await db.query(STATUS)
      const seen: unknown[] = []
      const read = (tx: DatabaseTransaction): Promise<unknown> =>
        tx.executeWithStats(STATUS).then(
          ({ stats }) => seen.push(stats.source),
          ({ code }: { readonly code: unknown }) => seen.push(code),
        )
      const failing = async (tx: DatabaseTransaction): Promise<unknown> => {
        const failed = tx.query('select missing from tickets', [], { cache: false }).catch(() => {})
        await read(tx)
        await failed
        return read(tx)
      }
      await db.transaction(failing, { isolation: 'read committed' }).catch(() => {})
      // PostgreSQL refuses all that follows, and its own error is to be seen; others go on.
      const expected = engine.dialect === 'postgres' ? '25P02' : 'database'
      expect(seen).toEqual([expected, expected])
      expect(await db.query(STATUS)).toMatchObject([{ status: 'open' }])
    })

    test('is not seen by other callers before its commit, and by all of them after it', async () => {
      const { db, engine } = bench()
      // The one connection of an embedded database is lent to nobody else meanwhile.
      if (db.stats().pool?.idle === undefined || engine.dialect === 'sqlite') return
      await db.transaction(async (tx) => {
        await tx.query("update tickets set status = 'done' where id = 7")
        if ((db.stats().pool?.active ?? 0) + (db.stats().pool?.idle ?? 0) > 1) {
          expect(await db.query(STATUS)).toMatchObject([{ status: 'open' }])
        }
      })
      expect(await db.query(STATUS)).toMatchObject([{ status: 'done' }])
    })

    test('of another process is seen after its commit', async () => {
      const { db, open } = bench()
      const other = open({ name: 'db' })
      await other.query(STATUS)
      await db.transaction((tx) => tx.query("update tickets set status = 'done' where id = 7"))
      expect(await other.query(STATUS)).toMatchObject([{ status: 'done' }])
    })

    test('refuses statements after its end, and those that would end it', async () => {
      const { db } = bench()
      let late: (() => Promise<unknown>) | undefined
      await db.transaction((tx) => {
        late = () => tx.query('select 1')
      })
      await expect(late?.()).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
      for (const text of ['begin', 'commit', 'rollback']) {
        await expect(db.query(text)).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
        const within = db.transaction((tx) => tx.query(text))
        await expect(within).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
      }
      expect(db.stats()).toMatchObject({ lent: 0, openTransactions: 0 })
    })

    test('takes parts that nobody waited for with it when it ends', async () => {
      const { db, source } = bench()
      await source('select * from audit')
      let goOn = (): void => {}
      let late: Promise<unknown> | undefined
      await db.transaction(async (tx) => {
        const written = new Promise<void>((resolve) => {
          late = tx
            .transaction(async (part) => {
              await part.query("insert into audit values (1, 'in time')")
              resolve()
              await new Promise<void>((wake) => (goOn = wake))
              await part.query("insert into audit values (2, 'late')")
            })
            .catch((error: unknown) => error)
        })
        await written
      })
      goOn()
      expect(await late).toMatchObject({ code: 'ERR_DB_TRANSACTION' })
      expect(await db.query('select id, what from audit')).toEqual([{ id: 1, what: 'in time' }])
    })

    test('is that of its function, where the context is asked for', async () => {
      const { open, sql } = bench()
      const db = open({ context: true, name: 'context' })
      const tokens: string[] = []
      const options = { onCommit: (token: string) => tokens.push(token) }
      const seen = await db.transaction(async () => {
        await db.query("insert into users values (3, 'Dora')")
        const nested = db.transaction(async () => {
          await db.query("update users set name = 'undone' where id = 1")
          fail()
        })
        await nested.catch(() => {})
        await db.transaction(() => db.query(sql('update users set name = ? where id = ?'), ['Ben B', 2]), options)
        expect(tokens).toEqual([])
        return db.query('select name from users order by id')
      })
      expect(seen).toMatchObject([{ name: 'Ann' }, { name: 'Ben B' }, { name: 'Dora' }])
      expect(tokens).toHaveLength(1)
      expect(await db.query('select count(*) as n from users where id > 2')).toHaveLength(1)
    })

    test('is for one session: what is to be done for another one in it is refused', async () => {
      const { open } = bench()
      const db = open({ context: true, name: 'sessions' })
      const other = { session: { key: 'tenant:2' } }
      const refused = { code: 'ERR_DB_TRANSACTION', message: expect.stringContaining('one `session`') }
      await db.transaction(
        async (tx) => {
          await expect(tx.query('select name from users', [], other)).rejects.toMatchObject(refused)
          await expect(db.query('select name from users', [], other)).rejects.toMatchObject(refused)
          await expect(db.transaction(() => {}, other)).rejects.toMatchObject(refused)
          expect(await db.query('select name from users', [], { session: { key: 'tenant:1' } })).not.toEqual([])
          await db.transaction((inner) => inner.query('select name from users'), { session: { key: 'tenant:1' } })
        },
        { session: { key: 'tenant:1' } },
      )
    })

    test('has one isolation, and may write everywhere or nowhere: a part of it that asks for another is refused', async () => {
      const { open } = bench()
      const db = open({ context: true, name: 'levels' })
      const refused = { code: 'ERR_DB_TRANSACTION' }
      const same = { isolation: 'serializable', readOnly: false } as const
      await db.transaction(async (tx) => {
        for (const asked of [{ isolation: 'read committed' }, { readOnly: true }] as const) {
          await expect(tx.transaction(() => {}, asked)).rejects.toMatchObject(refused)
          await expect(db.transaction(() => {}, asked)).rejects.toMatchObject(refused)
        }
        expect(await db.transaction((inner) => inner.query('select name from users'), same)).toHaveLength(2)
        expect(await tx.transaction((inner) => inner.query('select name from users'), same)).toHaveLength(2)
      }, same)
      const unknown = db.transaction((tx) => tx.transaction(() => {}, { isolated: true } as never))
      await expect(unknown).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    })

    test('that is read-only writes nothing', async () => {
      const { db } = bench()
      for (const write of ["update users set name = 'x'", 'create table more (id integer)']) {
        const written = db.transaction((tx) => tx.query(write), { readOnly: true })
        await expect(written).rejects.toThrow(/read.?only/i)
      }
      expect(await db.transaction((tx) => tx.query('select name from users'), { readOnly: true })).toHaveLength(2)
      expect(await db.query("select name from users where name = 'x'")).toEqual([])
      await db.transaction((tx) => tx.query("update users set name = 'y' where id = 1"))
      expect(await db.query("select id from users where name = 'y'")).toHaveLength(1)
    })

    test('is an event, with its outcome', async () => {
      const { db } = bench()
      const events: QueryEvent[] = []
      db.on('transaction', (event) => events.push(event))
      await db.transaction((tx) => tx.query(STATUS))
      await db.transaction(fail).catch(() => {})
      expect(events).toMatchObject([
        { outcome: 'committed', statements: 1 },
        { outcome: 'rolled-back', statements: 0 },
      ])
    })

    test('may set savepoints of its own, and what it undoes by them is read anew', async () => {
      const { db } = bench()
      await db.query('select * from users order by id')
      await db.transaction(async (tx) => {
        await tx.query('savepoint mine')
        await tx.query("update users set name = 'q' where id = 1")
        await tx.query('rollback to savepoint mine')
      })
      expect(await db.query('select name from users where id = 1')).toMatchObject([{ name: 'Ann' }])
    })
  })

  describe('a commit whose outcome is not known', () => {
    test('invalidates what the transaction wrote', async () => {
      const { engine, open } = bench()
      const driver = engine.driver()
      let isBroken = false
      const db = open({
        name: 'unknown',
        driver: {
          ...driver,
          async acquire() {
            const connection = await driver.acquire()
            const run: typeof connection.run = async (text, params, options) => {
              const result = await connection.run(text, params, options)
              if (isBroken && text === 'commit') throw Object.assign(new Error('lost'), { code: 'ECONNRESET' })
              return result
            }
            return Object.create(connection, { run: { value: run } }) as typeof connection
          },
        },
      })
      await db.query(STATUS)
      isBroken = true
      const outcomes: string[] = []
      db.on('transaction', ({ outcome }) => outcomes.push(outcome))
      const lost = db.transaction((tx) => tx.query("update tickets set status = 'done' where id = 7"))
      await expect(lost).rejects.toThrow('lost')
      expect(outcomes).toEqual(['unknown'])
      expect(await db.query(STATUS)).toMatchObject([{ status: 'done' }])
    })
  })

  test('readers in other caches see a commit when it has resolved, and after its token', async () => {
    const { db, cache, engine } = bench()
    await cache.set('mine', 1, { tags: ['table:tickets'] })
    const apart = createCache({ name: 'apart', tiers: [memory({ maxEntries: 10 })] })
    await db.transaction((tx) =>
      tx.query(placeholders('update tickets set status = ? where id = ?', engine.dialect), ['p', 7]),
    )
    expect(await cache.get('mine')).toBeUndefined()
    await apart.close()
  })
}
