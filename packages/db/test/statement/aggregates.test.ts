import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { isAggregate } from '../../src/statement/traits.ts'

/** Those that have a value for each row: of windows alone. */
const OF_WINDOWS =
  /^(?:cume_dist|dense_rank|first_value|lag|last_value|lead|nth_value|ntile|percent_rank|rank|row_number)$/

test('all aggregates that SQLite lists are known', () => {
  const database = new DatabaseSync(':memory:')
  const rows = database.prepare("select distinct name from pragma_function_list where type in ('a', 'w')").all()
  const names = rows.map(({ name }) => String(name)).filter((name) => !OF_WINDOWS.test(name))
  expect(names).toContain('sum')
  expect(names.filter((name) => !isAggregate(name))).toEqual([])
})

test('aggregates of extensions and of other versions are known', () => {
  const names = 'decimal_sum jsonb_group_object percentile stdev json_agg_strict jsonb_object_agg_unique_strict'
  expect(names.split(' ').filter((name) => !isAggregate(name))).toEqual([])
})

test('functions of one row are none', () => {
  const names = 'json_array json_object jsonb_array json_extract array_length string_to_array bit_length mod group_id'
  expect(names.split(' ').filter(isAggregate)).toEqual([])
})
