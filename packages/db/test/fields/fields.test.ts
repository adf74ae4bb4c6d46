import { describe, expect, test } from 'vitest'
import { fields } from '../../src/fields/fields.ts'
import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'

const bench = useEngine(() => startSqlite('node:sqlite'), clearSqlite)
const ticketFields = fields<{ id: number; status: string; 'the "owner"': string }>({
  id: true,
  status: 't.status',
  'the "owner"': '(select name from users u where u.id = t.owner)',
})

describe('fields', () => {
  test('the same fields are one statement, in whatever order they are asked for', async () => {
    const { db } = bench()
    const query = (text: string): Promise<unknown> =>
      ticketFields.parse(text).query(db, 'from tickets t where id = ?', [7])
    expect(await query('status, id')).toEqual([{ id: 7, status: 'open' }])
    expect(await query('id,status,id')).toEqual([{ id: 7, status: 'open' }])
    expect(db.stats().hits).toBe(1)
  })

  test('nothing asked for is all, and names are quoted', async () => {
    const { db } = bench()
    expect(await ticketFields.parse(undefined).query(db, 'from tickets t where id = ?', [7])).toEqual([
      { id: 7, status: 'open', 'the "owner"': 'Ann' },
    ])
    expect(ticketFields.parse('').names).toHaveLength(3)
    expect(() => ticketFields.pick()).toThrow('`names` must be at least one field')
    expect(ticketFields.pick('the "owner"').list(db)).toBe(
      '(select name from users u where u.id = t.owner) as "the ""owner"""',
    )
  })

  test('the rest of a statement begins with `from`, and may have parameters by name', async () => {
    const { db } = bench()
    const message = '`rest` must be what begins with `from`, received'
    for (const rest of ['select * from tickets', ' WITH t as (select 1) select * from t', undefined, 7])
      await expect(ticketFields.pick('id').query(db, rest as never)).rejects.toThrow(message)
    expect(await ticketFields.pick('id').query(db, ' FROM tickets t where id = :id', { id: 7 })).toEqual([{ id: 7 }])
    expect(await ticketFields.pick('id').query(db, ', 1 as one from tickets t where id = 7')).toEqual([
      { id: 7, one: 1 },
    ])
  })

  test('a list of names, as many routers make of a parameter that comes twice, is refused', () => {
    for (const list of [['id'], [], { id: true }, 7])
      expect(() => ticketFields.parse(list as never)).toThrow(expect.objectContaining({ code: 'ERR_DB_FIELD' }))
  })

  test.each(['secret', 'id,secret', 'id; drop table tickets', '*', '__proto__', 'constructor', 'ID'])(
    '`%s` is refused',
    (text) => {
      expect(() => ticketFields.parse(text)).toThrow(expect.objectContaining({ code: 'ERR_DB_FIELD' }))
    },
  )

  test('a schema without fields is refused', () => {
    expect(() => fields({})).toThrow('`schema` must be fields with their SQL or `true`')
    expect(() => fields({ id: 7 } as never)).toThrow('`schema` must be fields')
  })
})
