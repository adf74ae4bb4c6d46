/** What the catalog says: triggers, views, changes of the schema through us and past us. */
import { createFakeClock } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import type { Dialect } from '../../src/index.ts'
import type { Bench } from './engine.ts'

/** A trigger by which an insert into `users` adds to `audit`. */
const TRIGGER: Readonly<Record<Dialect, readonly string[]>> = {
  sqlite: ["create trigger noted after insert on users begin insert into audit (what) values ('user'); end"],
  mysql: ["create trigger noted after insert on users for each row insert into audit values (new.id, 'user')"],
  postgres: [
    "create function note() returns trigger language plpgsql as $$ begin insert into audit values (new.id, 'user'); return new; end $$",
    'create trigger noted after insert on users for each row execute function note()',
  ],
}

/** Runs them. */
export function catalogCases(bench: () => Bench): void {
  describe('a change of the schema', () => {
    test('through the optimizer is seen at once', async () => {
      const { db } = bench()
      await db.query('select * from tickets where id = 7')
      await db.query('alter table tickets add column weight integer default 3')
      expect(await db.query('select * from tickets where id = 7')).toMatchObject([{ weight: 3 }])
      await db.query('drop view open_tickets')
      await db.query('create view open_tickets as select id, name from users')
      expect(await db.query('select name from open_tickets order by id')).toMatchObject([
        { name: 'Ann' },
        { name: 'Ben' },
      ])
      await db.query("update users set name = 'Cem' where id = 1")
      expect(await db.query('select name from open_tickets order by id')).toMatchObject([
        { name: 'Cem' },
        { name: 'Ben' },
      ])
    })

    test('that adds a trigger is obeyed by the next write', async () => {
      const { db, engine } = bench()
      await db.query('select * from audit')
      for (const text of TRIGGER[engine.dialect]) await db.query(text)
      expect(await db.query('select * from audit')).toHaveLength(0)
      await db.query("insert into users values (5, 'Eva')")
      expect(await db.query('select * from audit')).toHaveLength(1)
    })

    test('past the optimizer is seen within `schemaCheck`, with what was written meanwhile', async () => {
      const { open, engine } = bench()
      const clock = createFakeClock()
      const db = open({ name: 'checked', clock, schemaCheck: '5s' })
      const events: string[] = []
      db.on('schema', ({ type }) => events.push(type))
      expect(await db.query('select * from audit')).toHaveLength(0)
      await engine.exec(...TRIGGER[engine.dialect])
      await db.query("insert into users values (5, 'Eva')")
      clock.advance(5_001)
      expect(await db.query('select * from audit')).toHaveLength(1)
      expect(events).toEqual(['schema'])
      await engine.exec('alter table audit add column more integer')
      clock.advance(5_001)
      expect(await db.query('select * from audit')).toMatchObject([{ more: null }])
    })

    test('of a table that is made anew has its rows and columns', async () => {
      const { db } = bench()
      await db.query('select * from audit')
      await db.query('drop table audit')
      await expect(db.query('select * from audit')).rejects.toThrow()
      await db.query('create table audit (other varchar(10))')
      await db.query("insert into audit values ('x')")
      expect(await db.query('select * from audit')).toEqual([expect.objectContaining({ other: 'x' })])
    })
  })

  describe('a temporary table', () => {
    test('that hides another one is never served to others', async () => {
      const { db, engine } = bench()
      await db.transaction(async (tx) => {
        await tx.query('create temporary table users (id integer, name varchar(10))')
        await tx.query("insert into users values (1, 'hidden')")
        expect(await tx.query('select name from users')).toMatchObject([{ name: 'hidden' }])
      })
      const names = new Set<string>()
      for (let round = 0; round < 8; round++) {
        const { rows, stats } = await db.executeWithStats<{ name: string }>('select name from users order by id')
        names.add(`${stats.source === 'memory' ? 'kept' : 'read'} ${rows.map(({ name }) => name).join(' ')}`)
      }
      expect(names).not.toContain('kept hidden')
      if (engine.dialect === 'sqlite') expect(names).toEqual(new Set(['read hidden']))
    })
  })

  describe('explain', () => {
    test('says what happens and which dependency invalidated it', async () => {
      const { db, sql } = bench()
      const text = sql('select * from tickets where id = ?')
      expect(await db.explain(text, [7])).toMatchObject({ decision: 'miss', invalidatedBy: [] })
      await db.query(text, [7])
      expect(await db.explain(text, [7])).toMatchObject({ decision: 'hit', bypass: undefined })
      await db.query("update tickets set status = 'z'")
      const { decision, invalidatedBy, why } = await db.explain(text, [7])
      expect(decision).toBe('miss')
      expect(invalidatedBy.join(' ')).toContain('table:tickets')
      expect(why).toContain('was invalidated')
      expect(await db.explain('delete from users')).toMatchObject({ decision: 'write' })
      expect(await db.explain('select * from nothing_of_that_name')).toMatchObject({
        decision: 'bypass',
        bypass: 'table',
      })
    })
  })
}
