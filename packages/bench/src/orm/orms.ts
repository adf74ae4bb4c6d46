/** Each ORM by itself, and through the optimizer. */
import { createCache, memory } from '@hotpath/core'
import { type QueryOptimizer, createQueryOptimizer } from '@hotpath/db'
import { pgClient } from '@hotpath/db/drizzle'
import { kyselyDialect } from '@hotpath/db/kysely'
import { pg } from '@hotpath/db/pg'
import { prismaAdapter, prismaDriver } from '@hotpath/db/prisma'
import { PrismaPg } from '@prisma/adapter-pg'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { generatePrisma } from '../../../../scripts/prisma-client.ts'
import { adapterAtOnce, dialectAtOnce, poolAtOnce } from './answers-at-once.ts'
import type { Orm } from './contestant.ts'
import type { Accounts } from './database.ts'
import { ofDrizzle } from './of-drizzle.ts'
import { ofKysely } from './of-kysely.ts'
import { type PrismaDb, PRISMA_MODELS, ofPrisma } from './of-prisma.ts'

/** All of them. */
export interface Orms {
  readonly all: readonly Orm[]
  close(): Promise<void>
}

/** Makes them, each with pools of its own. */
export async function openOrms(database: Accounts): Promise<Orms> {
  const ends: (() => Promise<unknown>)[] = []
  const optimizerOf = (driver: Parameters<typeof createQueryOptimizer>[0]['driver']): QueryOptimizer => {
    const cache = createCache({ name: 'orm', tiers: [memory({ maxEntries: 200_000 })] })
    const optimizer = createQueryOptimizer({ cache, driver, schemaCheck: '1h', leakAfter: false })
    ends.push(async () => (await optimizer.close(), await cache.close()))
    return optimizer
  }
  const [forKysely, forDrizzle] = [database.pool(), database.pool()]
  const dialect = kyselyDialect(optimizerOf(pg(forKysely)), new PostgresDialect({ pool: forKysely }))
  const client = pgClient(optimizerOf(pg(forDrizzle)), forDrizzle)

  const manifest = new URL('../../package.json', import.meta.url)
  const prisma = await generatePrisma<PrismaDb>({ provider: 'postgresql', models: PRISMA_MODELS, manifest })
  ends.push(() => prisma.remove())
  const below = new PrismaPg(database.pool())
  const [bare, floor, ours] = [
    prisma.connect(new PrismaPg(database.pool())),
    prisma.connect(adapterAtOnce(new PrismaPg(database.pool()))),
    prisma.connect(prismaAdapter(optimizerOf(prismaDriver(below)), below)),
  ]
  for (const one of [bare, floor, ours]) ends.unshift(() => one.$disconnect())

  return {
    all: [
      {
        name: 'Kysely',
        bare: ofKysely(new Kysely({ dialect: new PostgresDialect({ pool: database.pool() }) })),
        ours: ofKysely(new Kysely({ dialect })),
        floor: ofKysely(new Kysely({ dialect: dialectAtOnce(new PostgresDialect({ pool: database.pool() })) })),
      },
      {
        name: 'Drizzle',
        bare: ofDrizzle(drizzle({ client: database.pool() })),
        ours: ofDrizzle(drizzle({ client })),
        floor: ofDrizzle(drizzle({ client: poolAtOnce(database.pool()) })),
      },
      { name: 'Prisma', bare: ofPrisma(bare), ours: ofPrisma(ours), floor: ofPrisma(floor) },
    ],
    async close() {
      for (const end of ends) await end()
    },
  }
}
