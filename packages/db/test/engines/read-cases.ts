/** Reads: what is kept, and that nobody can see whether it was. */
import { describe, expect, test } from 'vitest'
import type { Bench } from './engine.ts'

/** Runs them. */
export function readCases(bench: () => Bench): void {
  describe('a read', () => {
    test('is served by memory the second time, with rows like those of the driver', async () => {
      const { db, engine, sql } = bench()
      const text = sql('select * from tickets where status = ? order by id')
      const first = await db.executeWithStats(text, ['open'])
      const second = await db.executeWithStats(text, ['open'])
      expect([first.stats.source, second.stats.source]).toEqual(['database', 'memory'])
      const direct = await engine.direct(text, ['open'])
      expect(first.rows).toEqual(direct)
      expect(second.rows).toEqual(direct)
      // The prototype of what mysql2 makes is that of its rows alone.
      if (engine.dialect !== 'mysql') {
        expect(Object.getPrototypeOf(second.rows[0])).toBe(Object.getPrototypeOf(direct[0]))
      }
      expect(second.stats).toMatchObject({ rowCount: 2, tables: ['tickets'], reason: 'default' })
    })

    test('gives each caller rows of its own', async () => {
      const { db } = bench()
      const [first] = await db.query('select * from tickets where id = 7')
      ;(first as { status: string }).status = 'changed'
      expect(await db.query('select * from tickets where id = 7')).toMatchObject([{ status: 'open' }])
    })

    test('is apart for parameters that are not the same', async () => {
      const { db, sql } = bench()
      const text = sql('select id from tickets where status = ? and id = ?')
      expect(await db.query(text, ['open', 7])).toHaveLength(1)
      expect(await db.query(text, ['open', 9])).toHaveLength(0)
      expect(await db.query(text, ['done', 7])).toHaveLength(0)
    })

    test('that several callers make at once is run once', async () => {
      const { db } = bench()
      await db.query('select 1 from users')
      const all = await Promise.all(
        Array.from({ length: 5 }, () => db.executeWithStats('select count(*) as n from users')),
      )
      expect(all.map(({ stats }) => stats.source)).toEqual(['database', 'joined', 'joined', 'joined', 'joined'])
    })

    test('that fails passes the error of the driver on', async () => {
      const { db, engine } = bench()
      const own = await engine.direct('select missing from tickets').catch((error: Error) => error.message)
      await expect(db.query('select missing from tickets')).rejects.toThrow(String(own))
      await expect(db.query('selec 1')).rejects.toThrow(/syntax/i)
      expect(await db.query('select id from tickets')).toHaveLength(2)
    })

    test('of more rows or bytes than allowed is returned and not kept', async () => {
      const { open, source } = bench()
      const few = open({ maxRows: 1, name: 'few' })
      const small = open({ maxResultBytes: 4, name: 'small' })
      for (const db of [few, small]) {
        await db.query('select * from tickets')
        const { rows, stats } = await db.executeWithStats('select * from tickets')
        expect(rows).toHaveLength(2)
        expect(stats).toMatchObject({ source: 'database', reason: 'too-large', ttlMs: 0 })
      }
      expect(await source('select count(*) from tickets', [], few)).toBe('database')
      expect(await source('select count(*) from tickets', [], few)).toBe('memory')
    })

    test('may be left out, made anew, kept for a time, and has to see a write', async () => {
      const { db, engine } = bench()
      const text = 'select status from tickets where id = 7'
      await db.query(text)
      await engine.exec("update tickets set status = 'past us' where id = 7")
      expect((await db.executeWithStats(text)).rows).toMatchObject([{ status: 'open' }])
      expect((await db.executeWithStats(text, [], { cache: false })).rows).toMatchObject([{ status: 'past us' }])
      expect((await db.executeWithStats(text)).stats.source).toBe('memory')
      expect((await db.executeWithStats(text, [], { refresh: true, ttl: '1h' })).stats).toMatchObject({
        source: 'database',
        ttlMs: 3_600_000,
        reason: 'option',
      })
      expect(await db.query(text)).toMatchObject([{ status: 'past us' }])
      const { stats } = await db.executeWithStats("update tickets set status = 'z' where id = 7")
      expect(await db.query(text, [], { after: stats.token })).toMatchObject([{ status: 'z' }])
    })

    test('with a parameter that has no key is not kept', async () => {
      const { db, sql, engine } = bench()
      if (engine.dialect === 'sqlite') return
      class Seven {
        toPostgres(): number {
          return 7
        }
        toString(): string {
          return '7'
        }
      }
      const text = sql('select id from tickets where id = ?')
      const { stats } = await db.executeWithStats(text, [new Seven()]).catch(() => ({ stats: { reason: 'parameter' } }))
      expect(stats.reason).toBe('parameter')
    })
  })

  describe('a write', () => {
    test('invalidates what read its tables, and nothing else', async () => {
      const { db, source, sql } = bench()
      await db.query('select * from tickets')
      await db.query('select * from users')
      const { stats } = await db.executeWithStats(sql('update tickets set status = ? where id = ?'), ['done', 7])
      expect(stats).toMatchObject({ rowCount: 1, tables: ['tickets'] })
      expect(stats.token).toBeTypeOf('string')
      expect(await source('select * from tickets')).toBe('database')
      expect(await source('select * from users')).toBe('memory')
    })

    test('by key leaves other rows', async () => {
      const { db, source, sql } = bench()
      const one = 'select status from tickets where id = ?'
      expect([await source(one, [7]), await source(one, [8])]).toEqual(['database', 'database'])
      await db.query(sql("update tickets set status = 'x' where id = ?"), [7])
      expect([await source(one, [7]), await source(one, [8])]).toEqual(['database', 'memory'])
      await db.query("update tickets set status = 'y'")
      expect([await source(one, [7]), await source(one, [8])]).toEqual(['database', 'database'])
    })

    test('is seen through views and cascades', async () => {
      const { db } = bench()
      const reads = ['select * from open_tickets', 'select * from tickets']
      for (const text of reads) expect(await db.query(text)).toHaveLength(2)
      await db.query('delete from users where id = 1')
      for (const text of reads) expect(await db.query(text)).toHaveLength(1)
    })

    test('that fails leaves no trace', async () => {
      const { db, engine } = bench()
      const before = await db.query('select * from users order by id')
      await expect(db.query("insert into users values (1, 'again')")).rejects.toThrow()
      expect(await db.query('select * from users order by id')).toEqual(before)
      expect(await engine.direct('select * from users order by id')).toEqual(before)
    })

    test('past the optimizer is seen after invalidateTables', async () => {
      const { db, engine } = bench()
      for (const text of ['select status from tickets where id = 7', 'select name from open_tickets'])
        await db.query(text)
      await engine.exec("update tickets set status = 'a' where id = 7")
      await db.invalidateTables(['tickets'])
      expect(await db.query('select status from tickets where id = 7')).toMatchObject([{ status: 'a' }])
      expect(await db.query('select name from open_tickets')).toMatchObject([{ name: 'Ben' }])
    })

    test('past the optimizer to a table that there is not is refused, with the nearest name', async () => {
      const { db, open, source } = bench()
      await db.query('select name from users')
      const refused = (...tables: string[]): Promise<string> =>
        db.invalidateTables(tables).then(
          () => '',
          ({ message }: Error) => message,
        )
      expect(await refused('users', 'tikcets')).toMatch(
        /^`tables` must be names of tables that the catalog shows, received 'tikcets'\. Did you mean `tickets`\?/,
      )
      expect(await refused('no_such_table')).toMatch(/received 'no_such_table'\. For one that it hides/)
      expect(await source('select name from users')).toBe('memory')
      await expect(db.invalidateTables(['tikcets'])).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
      // Names of `dependsOn` are known by it.
      const linked = open({ dependsOn: { totals: ['ledger'] }, name: 'linked' })
      await linked.invalidateTables(['totals', 'ledger'])
      await linked.invalidateTables(['TICKETS'])
    })

    test('past the optimizer to a table that was made a moment ago is seen', async () => {
      const { db, engine } = bench()
      await db.query('select name from users')
      await engine.exec('create table since (id integer primary key)')
      await db.invalidateTables(['since'])
      expect(await db.query('select id from since')).toEqual([])
      await engine.exec('insert into since values (1)')
      await db.invalidateTables(['since'])
      expect(await db.query('select id from since')).toEqual([{ id: 1 }])
    })

    test('of a table that others depend on invalidates those, and what depends on them', async () => {
      const { open, source } = bench()
      const linked = open({ dependsOn: { users: ['tickets'], tickets: ['audit'] }, name: 'linked' })
      await linked.query('select * from users')
      await linked.query("insert into audit values (1, 'x')")
      expect(await source('select * from users', [], linked)).toBe('database')
    })
  })
}
