/** What Kysely does through an optimizer, on any database: what it returns is what it returns without one. */
import { CompiledQuery, Kysely, type Dialect, sql } from 'kysely'
import { expect, test } from 'vitest'
import { withReport } from '../../src/advice/with-report.ts'
import { kyselyDialect } from '../../src/kysely/kysely-dialect.ts'
import type { Bench, Engine } from '../engines/engine.ts'

interface Tables {
  readonly users: { id: number; name: string | null }
  readonly tickets: { id: number; status: string; owner: number }
  readonly audit: { id: number; what: string }
  readonly open_tickets: { id: number; name: string }
}

/** Kysely with an optimizer, and without. */
interface Both {
  readonly db: Kysely<Tables>
  readonly bare: Kysely<Tables>
}

export interface KyselyCases<E extends Engine> {
  readonly bench: () => Bench<E>
  readonly dialect: (engine: E) => Dialect
  /** Statements that make a table `kinds` with values of all types. */
  readonly kinds: readonly string[]
}

export function kyselyCases<E extends Engine>({ bench, dialect, kinds }: KyselyCases<E>): void {
  const both = (): Both => {
    const { db, engine } = bench()
    return {
      db: new Kysely({ dialect: kyselyDialect(db, dialect(engine)) }),
      bare: new Kysely({ dialect: dialect(engine) }),
    }
  }
  const hits = (): number => bench().db.stats().hits

  test('values of all types are those of Kysely alone, on a miss and on a hit', async () => {
    const { db, bare } = both()
    await bench().engine.exec(...kinds)
    const all = (kysely: Kysely<Tables>): Promise<unknown> =>
      sql`select * from kinds`.execute(kysely).then(({ rows }) => rows)
    const expected = await all(bare)
    expect(await all(db)).toStrictEqual(expected)
    expect(await all(db)).toStrictEqual(expected)
    expect(hits()).toBe(1)
  })

  test('joins, aggregates and subqueries are kept, and invalidated by what Kysely writes', async () => {
    const { db, bare } = both()
    const perOwner = (kysely: Kysely<Tables>): Promise<unknown> =>
      kysely
        .selectFrom('users as u')
        .leftJoin('tickets as t', 't.owner', 'u.id')
        .select(({ fn, selectFrom }) => [
          'u.name',
          fn.count('t.id').as('tickets'),
          selectFrom('open_tickets').select(fn.countAll().as('n')).as('open'),
        ])
        .groupBy(['u.id', 'u.name'])
        .orderBy('u.id')
        .execute()
    await perOwner(db)
    expect(await perOwner(db)).toStrictEqual(await perOwner(bare))
    expect(hits()).toBe(1)
    await db.updateTable('tickets').set({ status: 'done' }).where('id', '=', 7).execute()
    expect(await perOwner(db)).toStrictEqual(await perOwner(bare))
    expect(hits()).toBe(1)
  })

  test('writes say what they say without an optimizer', async () => {
    const { db, bare } = both()
    const writes = async (kysely: Kysely<Tables>, id: number): Promise<unknown> => [
      await kysely
        .insertInto('audit')
        .values([
          { id, what: 'a' },
          { id: id + 1, what: 'b' },
        ])
        .execute(),
      await kysely.updateTable('audit').set({ what: 'c' }).where('id', '>=', id).execute(),
      await kysely.updateTable('audit').set({ what: 'c' }).where('id', '>=', id).execute(),
      await sql`update audit set what = ${'d'} where id = ${id}`.execute(kysely),
      await kysely.deleteFrom('audit').where('id', '>=', id).execute(),
    ]
    const expected = await writes(bare, 10)
    expect(await writes(db, 10)).toEqual(expected)
  })

  test('a transaction sees its own writes, and others see them after it', async () => {
    const { db } = both()
    const open = (kysely: Kysely<Tables>): Promise<unknown> =>
      kysely.selectFrom('tickets').select('id').where('status', '=', 'open').orderBy('id').execute()
    expect(await open(db)).toEqual([{ id: 7 }, { id: 8 }])
    const result = await db.transaction().execute(async (tx) => {
      await tx.updateTable('tickets').set({ status: 'done' }).where('id', '=', 7).execute()
      return open(tx)
    })
    expect(result).toEqual([{ id: 8 }])
    expect(await open(db)).toEqual([{ id: 8 }])
  })

  test('a transaction that fails leaves what is kept as it is', async () => {
    const { db } = both()
    const count = (): Promise<unknown> => db.selectFrom('tickets').select('id').execute()
    const before = await count()
    const failed = db.transaction().execute(async (tx) => {
      await tx.deleteFrom('tickets').execute()
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await count()).toEqual(before)
    expect(hits()).toBe(1)
    expect(bench().db.stats().openTransactions).toBe(0)
  })

  test('savepoints of a transaction that is ended by calls', async () => {
    const { db } = both()
    const what = (): Promise<{ what: string }[]> => db.selectFrom('audit').select('what').orderBy('id').execute()
    expect(await what()).toEqual([])
    const tx = await db.startTransaction().execute()
    await tx.insertInto('audit').values({ id: 1, what: 'kept' }).execute()
    const afterA = await tx.savepoint('a').execute()
    await afterA.insertInto('audit').values({ id: 2, what: 'undone' }).execute()
    const afterB = await afterA.savepoint('b').execute()
    await afterB.insertInto('audit').values({ id: 3, what: 'undone too' }).execute()
    const again = await afterB.rollbackToSavepoint('a').execute()
    await again.insertInto('audit').values({ id: 4, what: 'after it' }).execute()
    const released = await again.releaseSavepoint('a').execute()
    expect((await released.selectFrom('audit').select('id').orderBy('id').execute()).map(({ id }) => id)).toEqual([
      1, 4,
    ])
    await released.commit().execute()
    expect(await what()).toEqual([{ what: 'kept' }, { what: 'after it' }])
  })

  test('a stream goes past the cache, and sees the transaction that it is in', async () => {
    const { db } = both()
    const ids = async (kysely: Kysely<Tables>): Promise<number[]> => {
      const found: number[] = []
      for await (const { id } of kysely.selectFrom('tickets').select('id').orderBy('id').stream(1)) found.push(id)
      return found
    }
    expect([await ids(db), await ids(db)]).toEqual([
      [7, 8],
      [7, 8],
    ])
    expect(hits()).toBe(0)
    await db.transaction().execute(async (tx) => {
      await tx.deleteFrom('tickets').where('id', '=', 7).execute()
      expect(await ids(tx)).toEqual([8])
    })
  })

  test('errors are those of the driver, and a connection is given back', async () => {
    const { db, bare } = both()
    const wrong = (kysely: Kysely<Tables>): Promise<unknown> =>
      kysely.executeQuery(CompiledQuery.raw('select nothing from tickets')).catch((error: unknown) => error)
    const expected = (await wrong(bare)) as { readonly code: unknown }
    expect(await wrong(db)).toMatchObject({ code: expected.code })
    expect(bench().db.stats().lent).toBe(0)
  })

  test('a report has its statements, and finds what it runs for each row', async () => {
    const { db: optimizer, engine } = bench()
    const advised = withReport(optimizer)
    const db = new Kysely<Tables>({ dialect: kyselyDialect(advised, dialect(engine)) })
    await advised.request(async () => {
      for (const id of [1, 2, 3, 4, 5, 6]) await db.selectFrom('users').select('name').where('id', '=', id).execute()
    })
    const { advice, statements, unread } = await advised.report()
    expect(advice.map(({ kind }) => kind)).toEqual(['repeats'])
    expect(advice[0]?.finding).toContain('kysely-cases.ts')
    expect({ shapes: statements.length, unread }).toEqual({ shapes: 1, unread: [] })
  })
}
