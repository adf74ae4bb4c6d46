/** What a report finds on a shop with known faults, and that it finds nothing on its twin; on every engine. */
import { expect, test } from 'vitest'
import { batchQuery } from '../../src/batch/batch-query.ts'
import { type WithReportOptions, withReport } from '../../src/advice/with-report.ts'
import type { QueryReport } from '../../src/advice/report.ts'
import type { DatabaseDriver } from '../../src/index.ts'
import { type Bench, type Engine, placeholders } from '../engines/engine.ts'
import { INDEXES, faults, mends, shop, work } from './seeded.ts'

/** How an engine is tested. */
export interface ReportCases<E extends Engine> {
  readonly bench: () => Bench<E>
  readonly options?: WithReportOptions
  /** Faults that are planted in each engine, as `kind table`. */
  readonly expected: readonly string[]
  /** Another connection for the shop with faults, or for its twin. */
  readonly driver?: (isFaulty: boolean) => DatabaseDriver
  /** Waits until the server has counted what was run. */
  readonly counted?: () => Promise<void>
}

const IDS = [1, 2, 3, 4, 5, 6, 7]

/** Runs them. */
export function reportCases<E extends Engine>({ bench, options, expected, driver, counted }: ReportCases<E>): void {
  const report = async (isFaulty: boolean): Promise<QueryReport> => {
    const { engine, open } = bench()
    const { dialect } = engine
    await engine.exec(...shop(dialect), ...INDEXES, ...(isFaulty ? faults(dialect) : mends(dialect)))
    const db = withReport(open(driver === undefined ? {} : { driver: driver(isFaulty) }), {
      ...options,
      maxStatements: 20,
    })
    await work(db, dialect)
    const byKey = placeholders('select id, name from users where id = ?', dialect)
    await db.request(async () => {
      if (isFaulty) for (const id of IDS) await db.query(byKey, [id])
      else {
        const list = dialect === 'postgres' ? '= any($1)' : 'in (?)'
        await batchQuery(db, `select id, name from users where id ${list}`).loadMany(IDS)
      }
    })
    await counted?.()
    return db.report()
  }

  test('each fault is found, most time first, and none of the values is in it', async () => {
    const { advice, statements, unread, text } = await report(true)
    expect(advice.map(({ kind, table }) => `${kind} ${table?.replace(/^\w+\./, '') ?? ''}`.trim()).toSorted()).toEqual(
      [...expected, 'repeats'].toSorted(),
    )
    const saved = advice.map(({ savesMs }) => savesMs ?? -1)
    expect(saved).toEqual(saved.toSorted((one, other) => other - one))
    expect(advice.find(({ kind }) => kind === 'full-scan')?.fix).toMatch(/^create index .*on \S*customers \(email\)$/)
    expect(statements).toHaveLength(13)
    expect(unread).toEqual([])
    expect(text).not.toMatch(/example\.org|'open'|city \d/)
  }, 60_000)

  test('of the twin without them nothing is reported', async () => {
    const { advice, unread, text } = await report(false)
    expect({ advice, unread }).toEqual({ advice: [], unread: [] })
    expect(text).toContain('Nothing to do was found.')
  }, 60_000)

  test('a report changes nothing: no row, no result in the cache, no setting of a connection', async () => {
    const { db: plain, sql } = bench()
    const db = withReport(plain, { ...options, analyze: true })
    const read = sql('select id, status from tickets where owner = ?')
    await db.query(sql('update tickets set status = ? where id = ?'), ['open', 7])
    await db.query(sql('delete from audit where id = ?'), [1])
    await db.query(read, [1])
    const { unread, statements } = await db.report()
    expect({ unread, shapes: statements.length }).toEqual({ unread: [], shapes: 3 })
    expect((await db.executeWithStats(read, [1])).stats.source).toBe('memory')
    expect(await bench().engine.direct('select count(*) as n from tickets')).toMatchObject([{ n: expect.anything() }])
    expect(plain.stats()).toMatchObject({ lent: 0, openTransactions: 0 })
  })

  test('of several statements in one string, and of what failed, no plan is asked for', async () => {
    const db = withReport(bench().db)
    await db.query('select no_such_column from tickets').catch(() => {})
    await db.query('select 1 as one; select 2 as two').catch(() => {})
    const { advice, unread } = await db.report()
    expect(advice).toEqual([])
    expect(unread.filter(({ reason }) => reason !== 'several')).toEqual([])
  })

  test('of an optimizer that is closed there is no report', async () => {
    const db = withReport(bench().open())
    await db.close()
    await expect(db.report()).rejects.toMatchObject({ code: 'ERR_DB_CLOSED' })
  })
}
