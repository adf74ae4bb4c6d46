/** Readers of plans, on what the engines write; and what is not a plan. */
import { expect, test } from 'vitest'
import { readMysqlPlan } from '../../src/advice/plan/mysql-plan.ts'
import { UnreadablePlan } from '../../src/advice/plan/plan-reading.ts'
import { readPostgresPlan } from '../../src/advice/plan/postgres-plan.ts'
import { readSqlitePlan } from '../../src/advice/plan/sqlite-plan.ts'
import { whyUnread } from '../../src/advice/plan-session.ts'

test('what is not a plan is refused by a type of its own', () => {
  const rows: readonly (readonly object[])[] = [
    ...[[], [{}], [{ plan: null }], [{ plan: 'Seq Scan on tickets' }], [{ plan: '{"query_block"' }], [{ plan: '[]' }]],
    ...[[{ plan: '{"a": 1}' }], [{ plan: [{ Plan: 'x' }] }], [{ plan: [{ Plan: { kind: 'Seq Scan' } }] }]],
  ]
  for (const one of rows) {
    expect(() => readPostgresPlan(one)).toThrow(UnreadablePlan)
    expect(() => readMysqlPlan(one)).toThrow(UnreadablePlan)
  }
  expect(() => readSqlitePlan([{ plan: 'SCAN tickets' }])).toThrow(UnreadablePlan)
})

test('a plan with parts that are new or broken is read without them', () => {
  const plan = {
    'Node Type': 'Teleport',
    'Plan Rows': 'many',
    Plans: [null, 7, { 'Node Type': 'Seq Scan', 'Relation Name': 'tickets', Alias: 't', Plans: 'none' }],
  }
  expect(readPostgresPlan([{ 'QUERY PLAN': [{ Plan: plan }] }])).toMatchObject({
    scans: [{ alias: 't', table: 'public.tickets' }],
    rows: undefined,
  })
  expect(
    readMysqlPlan([{ EXPLAIN: '{"query_block": {"new": [null, 7, {"table_name": "t", "access_type": "ALL"}]}}' }])
      .scans,
  ).toMatchObject([{ alias: 't', rows: undefined, kept: undefined }])
})

test('what parallel workers do is counted together', () => {
  const scan = { 'Node Type': 'Seq Scan', 'Parallel Aware': true, 'Relation Name': 'tickets', Alias: 't', Filter: 'x' }
  const measured = { 'Actual Rows': 20_000, 'Actual Loops': 3 }
  const planOf = (workers: number, rows: number, more: object = {}) => ({
    'Node Type': 'Gather Merge',
    'Workers Planned': workers,
    'Plan Rows': 60_000,
    Plans: [
      {
        'Node Type': 'Sort',
        'Plan Rows': rows,
        'Plan Width': 76,
        ...more,
        Plans: [{ ...scan, 'Plan Rows': rows, ...more }],
      },
    ],
  })
  const read = (plan: object) => readPostgresPlan([{ 'QUERY PLAN': [{ Plan: plan }] }])
  // The leader has a part in it as long as there are few workers.
  for (const [workers, rows] of [
    [1, 35_294],
    [2, 25_000],
    [4, 15_000],
  ] as const) {
    // Each worker has memory of its own for its part.
    expect(read(planOf(workers, rows))).toMatchObject({
      sorts: [{ rows: 60_000, bytes: rows * 100 }],
      scans: [{ kept: 60_000 }],
    })
  }
  expect(read(planOf(2, 25_000, measured)).sorts).toMatchObject([{ rows: 60_000 }])
  expect(read(planOf(2, 250, measured)).wrongEstimates).toEqual([
    { of: 'public.tickets', expected: 600, actual: 60_000 },
  ])
  // Each worker has all of what is not shared among them.
  const whole = {
    ...planOf(2, 250),
    Plans: [{ 'Node Type': 'Sort', 'Plan Rows': 250, Plans: [{ ...scan, 'Parallel Aware': false, 'Plan Rows': 250 }] }],
  }
  expect(read(whole)).toMatchObject({ sorts: [{ rows: 250 }], scans: [{ kept: 250 }] })
})

test('MySQL nests tables otherwise than MariaDB, and has costs', () => {
  const plan = {
    query_block: {
      cost_info: { query_cost: '2000.5' },
      ordering_operation: {
        using_filesort: true,
        nested_loop: [
          { table: { table_name: 't', access_type: 'ALL', rows_examined_per_scan: 20_000, filtered: '10.00' } },
          { table: { table_name: 'u', access_type: 'eq_ref', rows_examined_per_scan: 1, filtered: '100.00' } },
        ],
      },
    },
  }
  expect(readMysqlPlan([{ EXPLAIN: JSON.stringify(plan) }])).toMatchObject({
    cost: 2_000.5,
    scans: [{ alias: 't', rows: 20_000, kept: 2_000 }],
    sorts: [{}],
  })
})

test('each version of SQLite is understood', () => {
  const read = (...steps: readonly string[]) => readSqlitePlan(steps.map((detail) => ({ detail })))
  const aliases = (...steps: readonly string[]) => read(...steps).scans.map(({ alias }) => alias)
  expect(aliases('SCAN TABLE tickets AS t', 'SCAN u', 'SCAN TABLE users')).toEqual(['t', 'u', 'users'])
  expect(aliases('SCAN t USING COVERING INDEX t_b', 'SEARCH t USING INDEX t_b (b=?)', 'SCAN CONSTANT ROW')).toEqual([])
  expect(aliases('SCAN (subquery-1)', 'SCAN SUBQUERY 1 AS x', 'LIST SUBQUERY 1', 'SCAN 2 CONSTANT ROWS')).toEqual([])
  expect(read('SEARCH b USING AUTOMATIC COVERING INDEX (owner=? AND kind=?)').scans).toMatchObject([
    { alias: 'b', indexedEachTime: ['owner', 'kind'] },
  ])
  expect(read('USE TEMP B-TREE FOR RIGHT PART OF ORDER BY').sorts).toHaveLength(1)
})

test('why there is no plan is said without the message of the error', () => {
  const reason = (error: unknown): unknown => whyUnread(error, 'select ?').reason
  expect(whyUnread(Object.assign(new Error("denied: 'secret'"), { code: '42501' }), 'select ?')).toEqual({
    ...{ fingerprint: 'select ?', reason: 'rights', code: '42501' },
  })
  for (const code of ['ER_TABLEACCESS_DENIED_ERROR', 'ER_COLUMNACCESS_DENIED_ERROR', 'ER_VIEW_NO_EXPLAIN'])
    expect(reason({ code })).toBe('rights')
  for (const error of [{ code: '57014' }, { code: 'ER_STATEMENT_TIMEOUT', errno: 1969 }, { errno: 1969 }])
    expect(reason(error)).toBe('timeout')
  for (const error of [undefined, null, 'x', new Error('x'), { code: 7 }]) expect(reason(error)).toBe('failed')
  expect(reason(new UnreadablePlan('x'))).toBe('format')
})
