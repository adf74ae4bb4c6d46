import { describe, expect, test } from 'vitest'
import { createPaginator } from '../../src/paginate/paginator.ts'
import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'
import { pagingCases } from './paging-cases.ts'

const bench = useEngine(() => startSqlite('node:sqlite'), clearSqlite)
const secret = 'a secret for tests alone'
const sql = 'select id, status from tickets'

pagingCases({ bench, rounds: 40, time: 'text' })

describe('a cursor', () => {
  const first = (text: string = sql, key: string = secret, orderBy: string[] = ['id']): Promise<string | undefined> =>
    createPaginator(bench().db, { secret: key, pageSize: 1 })
      .cursor({ sql: text, orderBy })
      .then(({ next }) => next)

  test('that was changed, or belongs to another query, order or secret, is refused', async () => {
    const paginate = createPaginator(bench().db, { secret })
    const own = (await first()) as string
    const [payload, signature = ''] = own.split('.')
    const forged = Buffer.from('[0]').toString('base64url')
    const wrong = [
      `${forged}.${signature}`,
      `${payload}.${signature.slice(0, -2)}`,
      `${own}.${signature}`,
      `${payload}`,
      '',
      await first('select id, status from tickets where id > 0'),
      await first(sql, 'another secret, as long'),
      await first(sql, secret, ['status', 'id']),
      7 as never,
    ]
    for (const after of wrong) {
      for (const option of ['after', 'before'])
        await expect(paginate.cursor({ sql, orderBy: ['id'], [option]: after })).rejects.toMatchObject({
          code: 'ERR_DB_CURSOR',
          message: `\`${option}\` is no cursor of this query: it was changed, or made for another statement, order or secret. Leave it out for the first page.`,
        })
    }
    expect((await paginate.cursor({ sql, orderBy: ['id'], after: own })).rows).toMatchObject([{ id: 8 }])
  })

  test('of bytes, floats and large numbers', async () => {
    await bench().engine.exec(
      'create table odd (k)',
      "insert into odd values (null), (0.1), (9e999), ('x'), (x'00ff'), (x'00fe'), (3)",
    )
    const paginate = createPaginator(bench().db, { secret, pageSize: 1 })
    const seen: unknown[] = []
    let after: string | undefined
    do {
      const page = await paginate.cursor({ sql: 'select k from odd', orderBy: ['k'], after })
      seen.push(...page.rows.map(({ k }) => k))
      after = page.next
    } while (after !== undefined)
    expect(seen).toEqual([null, 0.1, 3, Infinity, 'x', Uint8Array.of(0, 254), Uint8Array.of(0, 255)])
  })
})

test('what is wrong with a call is named', async () => {
  const paginate = createPaginator(bench().db, { secret })
  const wrong = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => undefined,
      ({ message }: Error) => message,
    )
  expect(await wrong(paginate.offset({ sql, page: 0 }))).toMatch('`page` must be a whole number from 1 on')
  expect(await wrong(paginate.offset({ sql, page: '2' as never }))).toMatch(
    "received '2'. The first page is 1; read a string",
  )
  expect(await wrong(paginate.offset({ sql, page: -1 }))).toMatch('`page`')
  expect(await wrong(paginate.offset({ sql, pageSize: 101 }))).toMatch(
    '`pageSize` must be a whole number from 1 to 100, received 101. Ask for fewer, or raise `maxPageSize`',
  )
  expect(await wrong(paginate.offset({ sql, params: { id: 7 } as never }))).toMatch('`params` must be a list')
  expect(await wrong(paginate.cursor({ sql, orderBy: [] }))).toMatch('`orderBy` must be a list of columns')
  expect(await wrong(paginate.cursor({ sql, orderBy: ['owner'] }))).toBeDefined()
  expect(await wrong(paginate.cursor({ sql, orderBy: ['id'], after: 'a', before: 'b' }))).toMatch(
    '`before` must be left out',
  )
  expect(await wrong(createPaginator(bench().db).cursor({ sql, orderBy: ['id'] }))).toMatch('`secret` must be given')
  expect(await wrong(paginate.offset({ sql: 7 as never }))).toMatch('`sql` must be a string')
  expect(await wrong(paginate.offset(sql as never))).toMatch("Pass `{ sql: 'select …' }`.")
  expect(await wrong(paginate.cursor(sql as never))).toMatch("Pass `{ sql: 'select …', orderBy: ['id'] }`.")
  expect(await wrong(paginate.offset({} as never))).toMatch('`sql` must be a string')
  expect(await wrong(paginate.cursor({ orderBy: ['id'] } as never))).toMatch('`sql` must be a string')
  expect(await wrong(paginate.cursor({ sql, orderBy: ['id'], options: 7 as never }))).toMatch('must be an object')
  expect(await wrong(paginate.offset({ sql, options: { tll: 1 } as never }))).toMatch('Did you mean `ttl`?')
  expect(await wrong(paginate.cursor({ sql, orderBy: [{ column: 'id', desc: true } as never] }))).toMatch('`desc`')
  expect(() => createPaginator(bench().db, { secret: 'short' })).toThrow(
    '`secret` must be a string or bytes, at least 16',
  )
})
