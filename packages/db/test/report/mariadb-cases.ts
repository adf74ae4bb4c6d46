/** What a report finds in MariaDB, and what it does where the server refuses. */
import { expect, test } from 'vitest'
import { withReport } from '../../src/advice/with-report.ts'
import { mysql } from '../../src/driver/mysql.ts'
import type { Bench } from '../engines/engine.ts'
import type { MariadbEngine } from '../engines/mariadb.ts'
import { reportCases } from './report-cases.ts'

const ITEMS = [
  "create table items (primary key (id)) as select seq as id, seq as code, seq % 2 as side, concat('item ', seq) as name from seq_1_to_20000",
  'analyze table items',
]

/** Runs them. */
export function mariadbReportCases(bench: () => Bench<MariadbEngine>): void {
  // InnoDB makes indexes of foreign keys, and statistics, itself.
  reportCases({ bench, expected: ['duplicate-index orders', 'full-scan customers', 'unused-index events'] })

  test('a plan that may not be seen, or takes too long, is named, and the others are read', async () => {
    const { engine, open } = bench()
    await engine.exec(...ITEMS, 'create view named as select id, name from users')
    await engine.exec("create user viewer@'127.0.0.1'", "grant select on app.named to viewer@'127.0.0.1'")
    await engine.exec("grant select on app.items to viewer@'127.0.0.1'")
    const viewers = engine.connect({ user: 'viewer', connectionLimit: 1 })
    const db = withReport(open({ driver: mysql(viewers) }), { analyze: true, timeout: '1ms' })
    await db.query('select name from named where id = ?', [1])
    await db.query('select count(*) as n from items one join items two on one.side = two.side where one.id < 200')
    const { unread } = await db.report()
    expect(unread.map(({ reason }) => reason).toSorted()).toEqual(['rights', 'timeout'])
    expect(db.stats()).toMatchObject({ lent: 0, openTransactions: 0 })
    await db.close()
    await engine.exec("drop user viewer@'127.0.0.1'")
  })

  test('with `analyze` reads are run for their plans: sorts on disk and wrong estimates are seen', async () => {
    const { engine, open } = bench()
    await engine.exec(...ITEMS, 'set global sort_buffer_size = 32768')
    const sorting = engine.connect({ connectionLimit: 1 })
    const db = withReport(open({ driver: mysql(sorting) }), { analyze: true })
    await db.query('select id, name from items order by name')
    await db.query('update items set side = side where id < ?', [5])
    const { advice, unread } = await db.report()
    await engine.exec('set global sort_buffer_size = default')
    expect({ unread, kinds: advice.map(({ kind }) => kind) }).toEqual({ unread: [], kinds: ['sort-on-disk'] })
  })
}
