/** Pages on any database: each row that stays comes exactly once and in order, whatever is written meanwhile. */
import { createRandom } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { type CursorOrder, type CursorPage, createPaginator } from '../../src/paginate/paginator.ts'
import type { Bench } from '../engines/engine.ts'

const SECRET = 'a secret for tests alone'
const SQL = 'select id, due, name from paged_rows where id >= ?'

interface Item {
  readonly id: number
  readonly due: unknown
  readonly name: string | null
}

type Order = Exclude<CursorOrder, string>

export interface PagingCases {
  readonly bench: () => Bench
  /** How many random orders are walked. */
  readonly rounds: number
  /** Type of a column of times with microseconds. */
  readonly time: string
}

export function pagingCases({ bench, rounds, time }: PagingCases): void {
  const fill = async (seed: number): Promise<void> => {
    const random = createRandom(seed)
    await bench().engine.exec(
      'drop table if exists paged_rows',
      `create table paged_rows (id integer primary key, due ${time} null, name varchar(9) null)`,
    )
    for (let id = 1; id <= 24; id++) await bench().engine.exec(insert(id, random))
  }

  test('a cursor walks rows with ties and NULLs in every order, forward and backward', async () => {
    const { db, sql, engine } = bench()
    const paginate = createPaginator(db, { secret: SECRET })
    for (let round = 0; round < rounds; round++) {
      const random = createRandom(round)
      await fill(round)
      // Written past us.
      await db.invalidateTables(['paged_rows'])
      const orderBy = randomOrder(random)
      const page = (cursor: object): Promise<CursorPage<Item>> =>
        paginate.cursor<Item>({ sql: sql(SQL), params: [1], orderBy, pageSize: 5, ...cursor })
      const forward = await walk((after) => page({ after }), 'next')
      expect(forward.map(({ id }) => id).toSorted((one, other) => one - other)).toEqual(
        Array.from({ length: 24 }, (_, at) => at + 1),
      )
      expect(forward.map(({ id }) => id)).toEqual(await inOrder(engine, orderBy))
      const last = await lastPage((after) => page({ after }))
      const backward = await walk(
        (before) => (before === undefined ? Promise.resolve(last) : page({ before })),
        'previous',
      )
      expect(backward).toEqual(forward)
    }
  })

  test('each row that stays comes exactly once while others come and go', async () => {
    const { db, sql } = bench()
    const paginate = createPaginator(db, { secret: SECRET })
    for (let round = 0; round < rounds; round++) {
      const random = createRandom(1_000 + round)
      await fill(round)
      await db.invalidateTables(['paged_rows'])
      const orderBy = randomOrder(random)
      const gone = new Set<number>()
      let nextId = 100
      const seen = await walk(async (after) => {
        const page = await paginate.cursor<Item>({ sql: sql(SQL), params: [1], orderBy, pageSize: 4, after })
        await db.query(insert(nextId++, random))
        const id = 1 + Math.floor(random() * 24)
        gone.add(id)
        await db.query(sql('delete from paged_rows where id = ?'), [id])
        return page
      }, 'next')
      const ids = seen.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (let id = 1; id <= 24; id++) if (!gone.has(id)) expect(ids).toContain(id)
    }
  })

  test('columns that share a name are refused: a row has one value for each', async () => {
    const { db } = bench()
    await fill(1)
    const paginate = createPaginator(db, { secret: SECRET })
    const sql = 'select one.id, one.name, other.id from paged_rows one join paged_rows other on other.id = one.id'
    const refused = expect.objectContaining({
      code: 'ERR_CONFIG_OPTION',
      message: expect.stringContaining('columns have names of their own') as string,
    }) as Error
    await expect(paginate.cursor({ sql, orderBy: ['id'] })).rejects.toEqual(refused)
    await expect(paginate.cursor({ sql, orderBy: ['name'] })).rejects.toEqual(refused)
    await expect(paginate.offset({ sql: `${sql} order by one.id` })).rejects.toEqual(refused)
    // What is wrong in the statement itself, the database says.
    const wrong = 'select name from paged_rows one join paged_rows other on other.id = one.id'
    await expect(paginate.cursor({ sql: wrong, orderBy: ['name'] })).rejects.not.toMatchObject({
      code: 'ERR_CONFIG_OPTION',
    })
  })

  test('a column is found by its name as the database compares names', async () => {
    const { db, engine } = bench()
    await fill(1)
    const paginate = createPaginator(db, { secret: SECRET, pageSize: 2 })
    const sql = 'select id, name from paged_rows'
    const page = paginate.cursor<Item>({ sql, orderBy: ['ID'] })
    if (engine.dialect === 'postgres') return expect(page).rejects.toMatchObject({ code: '42703' })
    const { rows, next } = await page
    expect((await paginate.cursor<Item>({ sql, orderBy: ['ID'], after: next })).rows[0]?.id).toBe(
      (rows[1]?.id ?? 0) + 1,
    )
    const shared = paginate.cursor({ sql: 'select id, name as ID from paged_rows', orderBy: ['id'] })
    await expect(shared).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
  })

  test('an error is told apart by where it is, whatever characters come before', async () => {
    const { db } = bench()
    await fill(1)
    const paginate = createPaginator(db, { secret: SECRET })
    const sql = `select '${'😀'.repeat(200)}' as smile, one.id, other.id from paged_rows one join paged_rows other on other.id = one.id`
    await expect(paginate.cursor({ sql, orderBy: ['id'] })).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
  })

  test('pages by number, with a count that is cached apart', async () => {
    const { db, sql } = bench()
    await fill(1)
    const paginate = createPaginator(db, { pageSize: 10 })
    const page = (number: number): ReturnType<typeof paginate.offset<Item>> =>
      paginate.offset<Item>({ sql: `${sql(SQL)} order by id;`, params: [2], page: number })
    const pages = [await page(1), await page(3), await page(4)]
    expect(pages.map(({ rows, total, totalPages }) => [rows.length, total, totalPages])).toEqual([
      [10, 23, 3],
      [3, 23, 3],
      [0, 23, 3],
    ])
    expect(db.stats().hits).toBe(2)
    await db.query('delete from paged_rows where id = 24')
    expect((await page(3)).total).toBe(22)
  })
}

function insert(id: number, random: () => number): string {
  const pick = (values: readonly string[]): string => values[Math.floor(random() * values.length)] as string
  const due = pick([
    'null',
    "'2024-02-29 12:34:56.789012'",
    "'2024-02-29 12:34:56.789013'",
    "'2024-03-01 00:00:00.000000'",
  ])
  return `insert into paged_rows values (${id}, ${due}, ${pick(['null', "'a'", "'b'", "'B'"])})`
}

function randomOrder(random: () => number): Order[] {
  const direction = (): 'asc' | 'desc' => (random() < 0.5 ? 'asc' : 'desc')
  const nulls = (): 'first' | 'last' | undefined => (random() < 0.3 ? undefined : random() < 0.5 ? 'first' : 'last')
  const columns = random() < 0.5 ? ['due', 'name'] : ['name', 'due']
  return [
    ...columns.map((column) => ({ column, direction: direction(), nulls: nulls() })),
    { column: 'id', direction: direction() },
  ]
}

async function walk(
  page: (cursor: string | undefined) => Promise<CursorPage<Item>>,
  way: 'next' | 'previous',
): Promise<Item[]> {
  const seen: Item[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 50; pages++) {
    const one = await page(cursor)
    if (way === 'next') seen.push(...one.rows)
    else seen.unshift(...one.rows)
    cursor = one[way]
    if (cursor === undefined) return seen
  }
  throw new Error('The walk has no end.')
}

async function lastPage(page: (after: string | undefined) => Promise<CursorPage<Item>>): Promise<CursorPage<Item>> {
  let last = await page(undefined)
  while (last.next !== undefined) last = await page(last.next)
  return last
}

/** As the database itself orders them, NULLs by a column of their own. */
async function inOrder({ direct }: Bench['engine'], orderBy: readonly Order[]): Promise<number[]> {
  const isLast = (await direct('select 1 as a union all select null order by 1')) as { readonly a: unknown }[]
  const usual = (direction: string): string => ((isLast[0]?.a !== null) === (direction === 'asc') ? 'last' : 'first')
  const terms = orderBy.flatMap(({ column, direction = 'asc', nulls = usual(direction) }) => [
    `case when ${column} is null then ${nulls === 'first' ? 0 : 2} else 1 end`,
    `${column} ${direction}`,
  ])
  return ((await direct(`select id from paged_rows order by ${terms.join(', ')}`)) as Item[]).map(({ id }) => id)
}
