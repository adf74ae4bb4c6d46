import { expect, test } from 'vitest'
import { DatabaseSchema } from '../src/catalog/database-schema.ts'
import type { SchemaState } from '../src/catalog/schema-watch.ts'
import { Plans } from '../src/read/plans.ts'

const facts = { dialect: 'sqlite', version: '1', schema: 'main', path: ['main'] } as const
const schema = new DatabaseSchema({ ...facts, relations: new Map(), functions: new Map() })
const profile = { signature: '', isUsable: true } as SchemaState['profile']
const stateOf = (keyStart: string): SchemaState => ({ schema, profile, keyStart })
const selectOf = (length: number, column: string): string => `select ${column} from t -- ${'x'.repeat(length)}`

test('a statement is planned once for a version of the schema, however long it is', () => {
  const plans = new Plans({ invalidatesRows: () => true })
  const [state, next] = [stateOf('a'), stateOf('b')]
  for (const sql of [selectOf(10, 'a'), selectOf(100_000, 'a')]) {
    const plan = plans.of(sql, state)
    expect(plans.of(sql, state)).toBe(plan)
    expect(plans.of(sql, next)).not.toBe(plan)
  }
})

test('what is kept has an end: all of it is planned anew then', () => {
  const plans = new Plans({ invalidatesRows: () => true })
  const state = stateOf('a')
  const [first, second, huge] = [selectOf(2_500_000, 'a'), selectOf(2_500_000, 'b'), selectOf(5_000_000, 'c')]
  const plan = plans.of(first, state)
  const other = plans.of(second, state)
  expect(plans.of(huge, state)).not.toBe(plans.of(huge, state))
  expect(plans.of(second, state)).toBe(other)
  expect(plans.of(first, state)).not.toBe(plan)
})
