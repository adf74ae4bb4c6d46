/** What the reader finds, against PostgreSQL's own parser. */
import { createRandom } from '@hotpath/testkit'
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { noSharedSql, sharedStatements } from '../corpus/shared-sql.ts'
import { randomStatement } from '../generate/random-statement.ts'
import { loadParser, parseTables } from '../oracles/postgres.ts'
import { type Named, newTally, tally } from './compare.ts'

beforeAll(loadParser)

/** The tables of all statements of a string; `undefined`: it is not SQL. */
function parsed(sql: string): Named | undefined {
  const statements = parseTables(sql)
  return statements === undefined || statements.length === 0
    ? undefined
    : {
        reads: new Set(statements.flatMap(({ reads }) => [...reads])),
        writes: new Set(statements.flatMap(({ writes }) => [...writes])),
      }
}

test('a generated statement is read as the parser reads it', () => {
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), (seed) => {
      const { sql, reads, writes } = randomStatement(createRandom(seed), 'postgres')
      const result = newTally()
      const tree = parsed(sql)
      expect(tree, sql).toBeDefined()
      tally(result, sql, 'postgres', { reads, writes }, 'public')
      const plain = (names: Iterable<string>): string[] => [...names].map((name) => name.replace('public.', ''))
      tally(result, sql, 'postgres', { reads: plain(tree!.reads), writes: plain(tree!.writes) }, 'public')
      expect(result).toEqual({ count: 2, exact: 2, unknown: 0, missed: [], extra: [] })
    }),
    { numRuns: 2_000 },
  )
}, 180_000)

test.skipIf(noSharedSql !== undefined)(
  `at least 99.9 % of other people's statements are read exactly (${noSharedSql ?? 'they are there'})`,
  () => {
    const result = newTally()
    for (const { sql } of sharedStatements()) {
      const named = parsed(sql)
      if (named !== undefined) tally(result, sql, 'postgres', named)
    }
    expect(result.missed).toEqual([])
    expect(result.count).toBeGreaterThan(10_000)
    expect(result.exact / result.count, result.extra.join('\n')).toBeGreaterThanOrEqual(0.999)
    expect(result.unknown / result.count).toBeLessThan(0.01)
  },
  180_000,
)
