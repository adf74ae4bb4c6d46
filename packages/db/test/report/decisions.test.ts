/** What is decided on a plan and on a table, without a database. */
import { describe, expect, test } from 'vitest'
import { filterColumns } from '../../src/advice/filter-columns.ts'
import { adviceOnIndex, missingIndexes } from '../../src/advice/plan-advice.ts'
import type { PlanReading } from '../../src/advice/plan/plan-reading.ts'
import { createStatisticsSql } from '../../src/advice/statistics-for.ts'
import { adviceOnTable } from '../../src/advice/table-advice.ts'
import type { DatabaseFacts, IndexFacts, TableFacts } from '../../src/advice/tables/table-facts.ts'

const COLUMNS = ['id', 'status', 'owner', 'created']

function indexOf(columns: readonly string[], more: Partial<IndexFacts> = {}): IndexFacts {
  const common = { isUnique: false, isConstraint: false, method: 'btree', uses: undefined }
  return { ...common, name: columns.join('_'), columns, parts: columns, ...more }
}

function tableOf(more: Partial<TableFacts> = {}): TableFacts {
  const primary = indexOf(['id'], { isUnique: true, isConstraint: true })
  const common = { name: 'tickets', sqlName: 'tickets', rows: 50_000, hasStatistics: true, reads: undefined }
  return { ...common, columns: COLUMNS, indexes: [primary], foreignKeys: [], ...more }
}

function factsOf(...tables: readonly TableFacts[]): DatabaseFacts {
  const byName = new Map(tables.map((table) => [table.name, table]))
  return { tables: byName, sortMemoryBytes: undefined, hypopg: undefined, unknown: [] }
}

describe('columns of an index', () => {
  const columns = (sql: string) => filterColumns(sql, 'sqlite').map(({ equal, range, order }) => [equal, range, order])

  test('are those compared with values, and those of the order', () => {
    expect(
      columns('select 1 from tickets where status = ? and created > ? and owner in (1, 2) order by created desc'),
    ).toEqual([[['status', 'owner'], ['created'], ['created']]])
    expect(columns('update tickets set owner = 1 where created between ? and ?')).toEqual([[[], ['created'], []]])
    expect(columns('delete from tickets where (status = 1) and (owner >= -5)')).toEqual([[['status'], ['owner'], []]])
  })

  test('are none where an index finds nothing: by expressions, alternatives, other columns', () => {
    for (const condition of [
      'status = 1 or owner = 2',
      'lower(status) = ?',
      'status <> ?',
      'status = owner',
      'not status = 1',
    ])
      expect(columns(`select 1 from tickets where ${condition}`)).toEqual([[[], [], []]])
    for (const order of ['lower(status)', 'status desc, owner', 'count(*)', '1'])
      expect(columns(`select 1 from tickets order by ${order}`)).toEqual([[[], [], []]])
  })

  test('belong to the table by whose name or alias they are called', () => {
    const join = 'from tickets t join users on users.id = t.owner where t.status = ? and users.name = ? and created = ?'
    expect(columns(`select 1 ${join}`)).toEqual([
      [['status'], [], []],
      [['name'], [], []],
    ])
    expect(
      columns('select 1 from tickets where status = 1 and id in (select owner from users where name = 2)'),
    ).toEqual([
      [['status'], [], []],
      [['name'], [], []],
    ])
  })
})

describe('an index that is missing', () => {
  const missing = (sql: string, more: { plan?: Partial<PlanReading>; table?: TableFacts; rowCount?: number } = {}) => {
    const scan = {
      alias: 'tickets',
      table: undefined,
      rows: undefined,
      kept: undefined,
      share: undefined,
      indexedEachTime: [],
    }
    const plan = { scans: [scan], sorts: [], wrongEstimates: [], cost: undefined, rows: undefined, ...more.plan }
    const of = {
      fingerprint: sql,
      dialect: 'sqlite',
      rowCount: more.rowCount ?? 3,
      hasAggregates: false,
      spentMs: 100,
    } as const
    const planned = { ...of, filters: filterColumns(sql, 'sqlite'), plan }
    return missingIndexes(planned, factsOf(more.table ?? tableOf()), 10_000).map(({ columns, kept }) => [columns, kept])
  }
  const sort = { rows: undefined, bytes: undefined, wasOnDisk: undefined, share: undefined }

  test('has columns with one value first, then one in a range', () => {
    expect(missing('select id from tickets where created > ? and status = ?')).toEqual([[['status', 'created'], 3]])
  })

  test('is not that of a small table, of most rows, of no condition, or one that there is', () => {
    const sql = 'select id from tickets where status = ?'
    expect(missing(sql, { table: tableOf({ rows: 9_999 }) })).toEqual([])
    expect(missing(sql, { rowCount: 20_000 })).toEqual([])
    expect(missing('select id from tickets')).toEqual([])
    expect(missing(sql, { table: tableOf({ indexes: [indexOf(['status', 'owner'])] }) })).toEqual([])
    expect(missing('select id from tickets where ghost = ?')).toEqual([])
  })

  test('is for as many rows as were returned, or as many as are estimated, which is said', () => {
    const finding = (sql: string, plan: Partial<PlanReading>, rowCount: number): readonly (string | undefined)[] => {
      const scan = { alias: 'tickets', table: undefined, rows: undefined, share: undefined, indexedEachTime: [] }
      const common = { sorts: [], wrongEstimates: [], cost: undefined, rows: undefined }
      const of = { fingerprint: sql, dialect: 'postgres', rowCount, hasAggregates: false, spentMs: 100 } as const
      const planned = {
        ...of,
        filters: filterColumns(sql, 'postgres'),
        plan: { ...common, scans: [{ ...scan, kept: undefined }], ...plan },
      }
      return missingIndexes(planned, factsOf(tableOf()), 10_000).map((one) => adviceOnIndex(planned, one).finding)
    }
    const byStatus = 'select id from tickets where status = $1'
    const scan = { alias: 'tickets', table: undefined, rows: undefined, share: undefined, indexedEachTime: [] }
    expect(finding(byStatus, { scans: [{ ...scan, kept: 300 }] }, 4_000)).toEqual([
      'All 50,000 rows of `tickets` are read to find an estimated 300.',
    ])
    expect(finding(byStatus, { scans: [{ ...scan, kept: undefined, indexedEachTime: ['owner'] }] }, 4_000)).toEqual([
      'All 50,000 rows of `tickets` are read each time, to make an index of them.',
    ])
    expect(finding(byStatus, {}, 4_000)).toEqual(['All 50,000 rows of `tickets` are read to find about 4,000.'])
    expect(finding('select * from tickets order by created limit $1', { sorts: [sort] }, 20_000)).toEqual([
      'All 50,000 rows of `tickets` are read to find about 20,000.',
    ])
  })

  test('puts the first rows in order, where a sort does it now', () => {
    const sql = 'select id from tickets where status = ? order by created desc limit ?'
    expect(missing(sql, { plan: { sorts: [sort] } })).toEqual([[['status', 'created'], 3]])
    // Without a sort the order is that of an index already, which is read up to the limit.
    expect(missing(sql)).toEqual([[['status'], undefined]])
  })
})

describe('statistics of columns that depend on each other', () => {
  const sql = (columns: readonly string[], more: Partial<TableFacts> = {}) =>
    createStatisticsSql(tableOf(more), columns) ?? ''
  const nameIn = (fix: string): string => /^create statistics (\S+) on /.exec(fix)?.[1] ?? ''

  test('have a name, and are the same for each order of the columns', () => {
    const fix = 'create statistics tickets_status_owner_statistics on status, owner from tickets; analyze tickets'
    expect(sql(['owner', 'status'])).toBe(fix)
    expect(sql(['status', 'owner'])).toBe(fix)
    expect(sql(['status'])).toBe('')
    expect(sql(['status', 'ghost'])).toBe('')
  })

  test('have a name of at most 63 bytes that needs no quotes, and is no other name', () => {
    const columns = ['Größe', 'Groesse', 'order', ...[1, 2, 3, 4, 5, 6, 7].map((n) => `long_name_of_a_column_${n}`)]
    const [one, other] = [sql(columns.slice(3, 6), { columns }), sql(columns.slice(3, 7), { columns })]
    expect(nameIn(one)).toMatch(/^[a-z_][a-z0-9_]{0,62}$/)
    expect(nameIn(one)).not.toBe(nameIn(other))
    const quoted = sql(['Größe', 'order'], { columns, sqlName: '"2nd Shop"."T"', name: '2nd Shop.T' })
    expect(nameIn(quoted)).toMatch(/^[a-z_][a-z0-9_]{0,62}$/)
    expect(quoted).toContain(' on "Größe", "order" from "2nd Shop"."T"; analyze "2nd Shop"."T"')
    // More than eight are refused.
    expect(sql(columns, { columns }).split(', ')).toHaveLength(8)
  })
})

describe('a table', () => {
  const kinds = (table: TableFacts) => adviceOnTable(table, 'postgres').map(({ kind, fix }) => `${kind}: ${fix}`)

  test('needs an index for each foreign key, in any order of its columns', () => {
    const foreignKeys = [['owner'], ['status', 'created']]
    expect(kinds(tableOf({ foreignKeys, indexes: [indexOf(['created', 'status', 'owner'])] }))).toEqual([
      'foreign-key: create index concurrently on tickets (owner)',
    ])
    expect(kinds(tableOf({ foreignKeys, rows: 999 }))).toEqual([])
  })

  test('has duplicates where one index has all of another, and not where one keeps rows unique or is of another kind', () => {
    const drops = (...indexes: readonly IndexFacts[]) => kinds(tableOf({ indexes }))
    const [short, long] = [indexOf(['owner']), indexOf(['owner', 'status'])]
    expect(drops(short, long)).toEqual(['duplicate-index: drop index concurrently owner'])
    expect(drops({ ...short, name: 'one' }, { ...short, name: 'two' })).toEqual([
      'duplicate-index: drop index concurrently two',
    ])
    expect(drops({ ...short, isUnique: true, name: 'one' }, { ...short, name: 'two' })).toEqual([
      'duplicate-index: drop index concurrently two',
    ])
    expect(drops({ ...short, isUnique: true }, long)).toEqual([])
    expect(drops({ ...short, isConstraint: true }, long)).toEqual([])
    expect(drops({ ...short, method: 'hash' }, long)).toEqual([])
    expect(drops({ ...short, parts: ['owner desc'] }, long)).toEqual([])
    expect(drops({ ...short, columns: [], parts: [] }, long)).toEqual([])
  })

  test('has unused indexes where it was read often, save those of foreign keys and unique ones', () => {
    const unused = { uses: 0, name: 'x' }
    const of = (index: IndexFacts, reads: number) =>
      kinds(tableOf({ indexes: [index], reads, foreignKeys: [['owner']] }))
    expect(of(indexOf(['status'], unused), 100).slice(1)).toEqual(['unused-index: drop index concurrently x'])
    expect(of(indexOf(['status'], unused), 99).slice(1)).toEqual([])
    expect(of(indexOf(['owner'], unused), 100)).toEqual([])
    expect(of(indexOf(['status'], { ...unused, isUnique: true }), 100).slice(1)).toEqual([])
    expect(of(indexOf(['status'], { uses: 1 }), 100).slice(1)).toEqual([])
  })
})
