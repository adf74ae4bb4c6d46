/** Drivers that answer at once: with what the database answered when the statement was run first, whatever its parameters are. */
import type { PrismaPg } from '@prisma/adapter-pg'
import type { PostgresDialect } from 'kysely'
import type { Pool } from 'pg'

/** Asks once for each statement. */
function once<Query, Result>(
  run: (query: Query) => Promise<Result>,
  sqlOf: (query: Query) => string,
): (query: Query) => Promise<Result> {
  const answers = new Map<string, Promise<Result>>()
  return (query) => {
    const sql = sqlOf(query)
    const answer = answers.get(sql) ?? run(query)
    answers.set(sql, answer)
    return answer
  }
}

/** For Drizzle. */
export function poolAtOnce(pool: Pool): Pool {
  interface Asked {
    readonly text: string
  }
  const query = once(
    ([asked, values]: [Asked, unknown[]]) => pool.query(asked as never, values),
    ([{ text }]) => text,
  )
  return new Proxy(pool, {
    get: (target, name) =>
      name === 'query'
        ? (asked: Asked, values: unknown[]) => query([asked, values])
        : (Reflect.get(target, name, target) as unknown),
  })
}

/** For Kysely. */
export function dialectAtOnce(dialect: PostgresDialect): PostgresDialect {
  const createDriver: PostgresDialect['createDriver'] = () => {
    const driver = dialect.createDriver()
    type Connection = Awaited<ReturnType<typeof driver.acquireConnection>>
    type Compiled = Parameters<Connection['executeQuery']>[0]
    const run = async (query: Compiled): Promise<unknown> => {
      const connection = await driver.acquireConnection()
      try {
        return await connection.executeQuery(query)
      } finally {
        await driver.releaseConnection(connection)
      }
    }
    const executeQuery = once(run, ({ sql }) => sql) as Connection['executeQuery']
    const refuse = (): never => {
      throw new Error('Streams are not measured.')
    }
    const connection: Connection = { executeQuery, streamQuery: refuse }
    return Object.assign(Object.create(driver) as typeof driver, {
      init: () => driver.init(),
      acquireConnection: () => Promise.resolve(connection),
      releaseConnection: () => Promise.resolve(),
      destroy: () => driver.destroy(),
    })
  }
  return Object.assign(Object.create(dialect) as PostgresDialect, { createDriver })
}

/** For Prisma. */
export function adapterAtOnce(factory: PrismaPg): PrismaPg {
  const connect: PrismaPg['connect'] = async () => {
    const adapter = await factory.connect()
    const queryRaw = once(
      (query: Parameters<typeof adapter.queryRaw>[0]) => adapter.queryRaw(query),
      ({ sql }) => sql,
    )
    return new Proxy(adapter, {
      get(target, name) {
        if (name === 'queryRaw') return queryRaw
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value
      },
    })
  }
  return new Proxy(factory, {
    get: (target, name) => (name === 'connect' ? connect : (Reflect.get(target, name, target) as unknown)),
  })
}
