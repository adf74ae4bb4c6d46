/** A database by a driver adapter of Prisma: statements are run, and values made, by the adapter that Prisma would use. */
import { ConfigError } from '@hotpath/contract'
import type { DatabaseDriver } from '../driver/driver.ts'
import { embeddedOf, fileName } from '../driver/embedded.ts'
import { isRejectedByPostgres } from '../driver/postgres-errors.ts'
import { RowMakers, copyOf } from '../driver/row-makers.ts'
import type { Dialect } from '../statement/index.ts'
import { PrismaConnection } from './prisma-connection.ts'
import { type PrismaFactory, assertFactory, connectedOf } from './driver-adapter.ts'

/** Types of Prisma: floats have no exact string; enums and sets are ordered by numbers, where the adapter says what they are. */
const INEXACT: ReadonlySet<number> = new Set([2, 12, 14])

/** Options of `prismaDriver()`. */
export interface PrismaDriverOptions {
  /** SQLite: path of the file, so that processes that share a tier share results. Default: results are of this process alone. */
  readonly file?: string | undefined
}

/**
 * A database by a driver adapter of Prisma 7. Connections of the adapter must be its own: what a program sets on them
 * otherwise is not seen.
 *
 * @param factory - `new PrismaPg(…)`, `new PrismaMariaDb(…)`, `new PrismaBetterSqlite3(…)`, or another for these databases.
 * @throws ConfigError for what is not an adapter, and for one of another database.
 *
 * @example
 * ```ts
 * import { PrismaPg } from '@prisma/adapter-pg'
 * import { prismaDriver } from '@hotpath/db/prisma'
 *
 * const driver = prismaDriver(new PrismaPg({ host: '127.0.0.1', database: 'app' }))
 * console.log(driver.kind, driver.dialect) // prisma postgres
 * ```
 */
export function prismaDriver(factory: PrismaFactory, options: PrismaDriverOptions = {}): DatabaseDriver {
  assertFactory(factory)
  const dialect = dialectOf(factory)
  const { name, lock } = embeddedOf(factory)
  const isEmbedded = dialect === 'sqlite'
  const makers = new RowMakers()
  const place = options.file === undefined ? name : fileName(options.file)
  return {
    kind: 'prisma',
    dialect,
    identity: `prisma:${factory.adapterName}${isEmbedded ? `:${place}` : ''}`,
    bytes: 'buffer',
    maxPrepared: 0,
    async acquire() {
      const release = isEmbedded ? await lock.take() : () => {}
      try {
        return new PrismaConnection({ adapter: await connectedOf(factory), dialect, release })
      } catch (error) {
        release()
        throw error
      }
    },
    rowMaker: (columns) => makers.of(columns, () => copyOf),
    isExactAsText: (type) => !INEXACT.has(type),
    isRejected: (error) => dialect === 'postgres' && isRejectedByPostgres(error),
  }
}

function dialectOf({ provider }: PrismaFactory): Dialect {
  if (provider === 'sqlserver') {
    throw new ConfigError('ERR_CONFIG_OPTION', '`factory` must be an adapter of PostgreSQL, MySQL, MariaDB or SQLite.')
  }
  return provider
}
