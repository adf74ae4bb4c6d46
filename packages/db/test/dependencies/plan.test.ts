/** Tags of single statements, by a catalog as plain data. */
import { describe, expect, test } from 'vitest'
import type { Catalog, CatalogTable } from '../../src/dependencies/catalog.ts'
import { type DependencyPlan, planDependencies } from '../../src/dependencies/plan.ts'

const key = { column: 'id', type: 'integer' } as const

/** The plan of a statement over these tables, by their name. */
function planOf(sql: string, tables: Readonly<Record<string, CatalogTable>>): DependencyPlan {
  const catalog: Catalog = {
    dialect: 'sqlite',
    schema: 'main',
    searchPath: ['main'],
    tables: new Map(Object.entries(tables).map(([name, table]) => [`main.${name}`, table])),
  }
  return planDependencies(sql, catalog)
}

describe('a table whose writes may change any other', () => {
  const tables = { a: { key, writes: 'all' }, b: { key, columns: ['id', 'x'] }, c: { writes: ['main.a'] } } as const

  for (const sql of ['delete from a where id = 7', 'insert into c values (1)']) {
    test(`invalidates all: ${sql}`, () => {
      const read = planOf('select x from b', tables)
      const write = planOf(sql, tables)
      expect(write.writesTables).toBeUndefined()
      expect(write.writeTags([])).toEqual(expect.arrayContaining(['db#any', 'table:a', 'table:b', 'table:c']))
      expect(read.readTags([]).filter((tag) => write.writeTags([]).includes(tag))).not.toEqual([])
    })
  }

  test('is read as any other is', () => {
    expect(planOf('select * from a where id = 7', tables).readTags([])).toEqual(['db#any', 'table:a/7', 'table:a#rows'])
  })
})
