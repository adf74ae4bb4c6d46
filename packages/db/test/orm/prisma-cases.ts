/** What Prisma does through an optimizer, on any database: what it returns is what it returns without one. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { QueryOptimizer } from '../../src/index.ts'
import { withReport } from '../../src/advice/with-report.ts'
import type { PrismaFactory } from '../../src/prisma/driver-adapter.ts'
import { prismaAdapter } from '../../src/prisma/prisma-adapter.ts'
import { prismaDriver } from '../../src/prisma/prisma-driver.ts'
import type { Bench } from '../engines/engine.ts'
import { type Client, type Generated, type Models, generatePrisma } from './prisma-client.ts'

export interface PrismaCases {
  readonly bench: () => Bench
  readonly provider: Parameters<typeof generatePrisma>[0]
  /** A new adapter on the database of the bench. */
  readonly factory: () => PrismaFactory
  /** Model of the table `typed`. */
  readonly model: string
  /** Statements that make the table. */
  readonly kinds: readonly string[]
}

interface Both {
  readonly client: Client
  readonly bare: Client
  readonly optimizer: QueryOptimizer
}

export function prismaCases({ bench, provider, factory, model, kinds }: PrismaCases): void {
  let generated: Generated
  const clients: Client[] = []
  beforeAll(async () => {
    generated = await generatePrisma(provider, model)
  }, 120_000)
  afterAll(() => generated.remove())
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.$disconnect()
  })

  const both = (): Both => {
    const own = factory()
    const optimizer = bench().open({ driver: prismaDriver(own) })
    const client = generated.connect(prismaAdapter(optimizer, own))
    const bare = generated.connect(factory())
    clients.push(client, bare)
    return { client, bare, optimizer }
  }
  const open = (models: Models): Promise<unknown[]> =>
    models.tickets.findMany({ where: { status: 'open' }, select: { id: true }, orderBy: { id: 'asc' } })

  test('values of all types are those of Prisma alone, on a miss and on a hit', async () => {
    await bench().engine.exec(...kinds)
    const { client, bare, optimizer } = both()
    const expected = await bare.typed.findMany()
    expect(await client.typed.findMany()).toStrictEqual(expected)
    expect(await client.typed.findMany()).toStrictEqual(expected)
    expect(optimizer.stats().hits).toBeGreaterThan(0)
    const raw = await bare.$queryRawUnsafe('select * from typed')
    expect(await client.$queryRawUnsafe('select * from typed')).toStrictEqual(raw)
    expect(await client.$queryRawUnsafe('select * from typed')).toStrictEqual(raw)
  })

  test('relations and aggregates are kept, and invalidated by what Prisma writes', async () => {
    const { client, bare, optimizer } = both()
    const read = async (models: Models): Promise<unknown> => [
      await models.users.findMany({ include: { tickets: { orderBy: { id: 'asc' } } }, orderBy: { id: 'asc' } }),
      await models.tickets.findUnique({ where: { id: 7 }, include: { user: true } }),
      await models.tickets.groupBy({ by: ['status'], _count: { _all: true } }),
      await models.tickets.aggregate({ _max: { id: true }, _count: true }),
    ]
    await read(client)
    const { reads } = optimizer.stats()
    expect(await read(client)).toStrictEqual(await read(bare))
    expect(optimizer.stats().hits).toBe(reads)
    await client.users.update({ where: { id: 1 }, data: { tickets: { create: { id: 9, status: 'new' } } } })
    await client.tickets.update({ where: { id: 7 }, data: { status: 'done' } })
    expect(await read(client)).toStrictEqual(await read(bare))
    expect(await client.tickets.count()).toBe(3)
  })

  test('writes return what they return without an optimizer', async () => {
    const { client, bare } = both()
    const write = async (models: Models): Promise<unknown> => [
      await models.users.create({ data: { id: 10, name: 'Cem', tickets: { create: [{ id: 20, status: 'open' }] } } }),
      await models.users.createMany({
        data: [
          { id: 11, name: 'Dora' },
          { id: 12, name: null },
        ],
      }),
      await models.users.upsert({ where: { id: 11 }, create: { id: 11 }, update: { name: 'Eve' } }),
      await models.$executeRawUnsafe("update users set name = 'Finn' where id >= 11"),
      await models.$executeRawUnsafe("update users set name = 'Finn' where id < 0"),
      await models.$executeRawUnsafe('select id from users where id < 10'),
      await models.$executeRawUnsafe('select id from users where id < 10'),
      await models.tickets.deleteMany({ where: { id: 20 } }),
      await models.users.deleteMany({ where: { id: { gte: 10 } } }),
    ]
    const expected = await write(bare)
    expect(await write(client)).toStrictEqual(expected)
  })

  test('transactions of both kinds see their own writes, and others see them after it', async () => {
    const { client, optimizer } = both()
    expect(await open(client)).toEqual([{ id: 7 }, { id: 8 }])
    await client.$transaction(
      async (tx) => {
        await tx.tickets.update({ where: { id: 7 }, data: { status: 'done' } })
        expect(await open(tx)).toEqual([{ id: 8 }])
      },
      { isolationLevel: 'Serializable' },
    )
    expect(await open(client)).toEqual([{ id: 8 }])
    const close = client.tickets.update({ where: { id: 8 }, data: { status: 'done' } })
    expect((await client.$transaction([close, client.tickets.count({ where: { status: 'open' } })]))[1]).toBe(0)
    expect(await open(client)).toEqual([])
    expect(optimizer.stats()).toMatchObject({ openTransactions: 0, lent: 0 })
  })

  test('a transaction is not begun by a statement: it would be that of all requests', async () => {
    const { client, optimizer } = both()
    await expect(client.$executeRawUnsafe('BEGIN')).rejects.toThrow()
    await client.tickets.update({ where: { id: 7 }, data: { status: 'done' } })
    expect(optimizer.stats().openTransactions).toBe(0)
  })

  test('what fails is undone, and its error is that of Prisma alone', async () => {
    const { client, bare, optimizer } = both()
    const before = await open(client)
    const failed = client.$transaction(async (tx) => {
      await tx.tickets.deleteMany()
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    const twice = (models: Models): Promise<unknown> =>
      models.users
        .create({ data: { id: 1 } })
        .catch(({ code, meta }: { code: unknown; meta: unknown }) => ({ code, meta }))
    const expected = await twice(bare)
    expect(expected).toMatchObject({ code: 'P2002' })
    expect(await twice(client)).toEqual(expected)
    const { hits } = optimizer.stats()
    expect(await open(client)).toEqual(before)
    // A rollback invalidates nothing, and neither does what the database refused.
    expect(optimizer.stats().hits).toBe(hits + 1)
    expect(optimizer.stats()).toMatchObject({ openTransactions: 0, lent: 0 })
  })

  test('a report has its statements, and finds what it runs for each row', async () => {
    const own = factory()
    const optimizer = withReport(bench().open({ driver: prismaDriver(own) }))
    const client = generated.connect(prismaAdapter(optimizer, own))
    clients.push(client)
    await optimizer.request(async () => {
      for (const owner of [1, 2, 3, 4, 5, 6]) await client.tickets.findMany({ where: { owner } })
    })
    const { advice, statements, unread } = await optimizer.report()
    expect(advice.map(({ kind }) => kind)).toEqual(['repeats'])
    expect(advice[0]?.finding).toContain('prisma-cases.ts')
    expect({ shapes: statements.length, unread }).toEqual({ shapes: 1, unread: [] })
  })
}
