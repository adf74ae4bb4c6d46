/** Parameters that do not fit their statement: an error that says what to write, and never rows of NULL. */
import { describe, expect, test } from 'vitest'
import type { Params } from '../../src/index.ts'
import type { Bench } from './engine.ts'

/** Runs them. */
export function paramsCases(bench: () => Bench): void {
  describe('parameters', () => {
    test('that are an object where a list is expected are refused, wherever the statement is run', async () => {
      const { db, sql } = bench()
      const refused = {
        code: 'ERR_CONFIG_OPTION',
        message: expect.stringMatching(/^`params` must be a list.*, received an object\. Use/),
      }
      const byId = sql('select name from users where id = ?')
      for (const params of [{ id: 1 }, {}, new Map([['id', 1]])] as Params[]) {
        await expect(db.query(byId, params)).rejects.toMatchObject(refused)
        await expect(db.query(byId, params, { cache: false })).rejects.toMatchObject(refused)
        await expect(db.query(sql('delete from users where id = ?'), params)).rejects.toMatchObject(refused)
        await expect(db.transaction((tx) => tx.query(byId, params))).rejects.toMatchObject(refused)
      }
      expect(await db.query(byId, [1])).toMatchObject([{ name: 'Ann' }])
      expect(await db.query('select name from users')).toHaveLength(2)
      expect(db.stats()).toMatchObject({ lent: 0 })
    })

    test('that are options are refused, as those come after the parameters', async () => {
      const { db } = bench()
      const query = db.query('select name from users', { cache: false })
      await expect(query).rejects.toThrow('Options come after it: `db.query(sql, [], options)`.')
    })

    test('that are left out or too few fail', async () => {
      const { db, sql } = bench()
      const byId = sql('select name from users where id = ? and name = ?')
      for (const params of [undefined, [], [1]]) await expect(db.query(byId, params)).rejects.toThrow()
      expect(await db.query(byId, [1, 'Ann'])).toHaveLength(1)
    })

    test('that are neither a list nor an object are named by their kind', async () => {
      const { db, sql } = bench()
      const query = db.query(sql('select name from users where id = ?'), '1' as never)
      await expect(query).rejects.toThrow('`params` must be a list or an object, received a string')
    })
  })
}

/** With names, on databases that have them. */
export function namedParamsCases(bench: () => Bench): void {
  test('names take an object, and each of them is needed', async () => {
    const { db, source } = bench()
    const byId = 'select name from users where id = :id and name <> :other'
    expect(await db.query(byId, { id: 1, other: 'x' })).toMatchObject([{ name: 'Ann' }])
    expect(await source(byId, { id: 1, other: 'x' } as never)).toBe('memory')
    await db.query('update users set name = :name where id = :id', { id: 1, name: 'Bea' })
    expect(await db.query(byId, { id: 1, other: 'x' })).toMatchObject([{ name: 'Bea' }])
    await expect(db.query(byId, { id: 1 })).rejects.toThrow(
      '`params` must be an object with `other`, received one without',
    )
    expect(await db.query('select name from users order by id')).toMatchObject([{ name: 'Bea' }, { name: 'Ben' }])
  })
}
