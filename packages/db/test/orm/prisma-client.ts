/** Clients of Prisma with the models of the tests. */
import { type Generated as GeneratedOf, generatePrisma as generate } from '../../../../scripts/prisma-client.ts'

type Args = Record<string, unknown>

/** A model of a client. */
export interface Model {
  findMany(args?: Args): Promise<unknown[]>
  findUnique(args: Args): Promise<unknown>
  create(args: Args): Promise<unknown>
  createMany(args: Args): Promise<unknown>
  update(args: Args): Promise<unknown>
  upsert(args: Args): Promise<unknown>
  deleteMany(args?: Args): Promise<unknown>
  count(args?: Args): Promise<number>
  groupBy(args: Args): Promise<unknown>
  aggregate(args: Args): Promise<unknown>
}

/** What a client and a transaction of it have in common. */
export interface Models {
  readonly users: Model
  readonly tickets: Model
  readonly typed: Model
  $queryRawUnsafe(sql: string, ...args: unknown[]): Promise<unknown[]>
  $executeRawUnsafe(sql: string, ...args: unknown[]): Promise<number>
}

/** A client, as far as tests use it. */
export interface Client extends Models {
  $transaction<Result>(run: (tx: Models) => Promise<Result>, options?: Args): Promise<Result>
  $transaction(parts: readonly Promise<unknown>[]): Promise<unknown[]>
  $disconnect(): Promise<void>
}

/** Makes clients of a database. */
export type Generated = GeneratedOf<Client>

const MODELS = `
model users {
  id      Int       @id
  name    String?
  tickets tickets[]
}
model tickets {
  id     Int    @id
  status String
  owner  Int
  user   users  @relation(fields: [owner], references: [id])
}`

/**
 * Generates one.
 *
 * @param models - Besides those that all tests have; `typed` is one of them.
 */
export function generatePrisma(provider: 'postgresql' | 'mysql' | 'sqlite', models: string): Promise<Generated> {
  const manifest = new URL('../../package.json', import.meta.url)
  return generate<Client>({ provider, models: `${MODELS}\n${models}`, manifest })
}
