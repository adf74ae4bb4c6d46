/** A pool with some of its methods replaced. To all who ask it is that pool: of its class, with its events and counts. */
import { assertOptimizer } from '../assert-optimizer.ts'
import { wrongClient } from '../driver/assert-client.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'

/** @throws ConfigError for an optimizer of another driver. */
export function assertKind(db: QueryOptimizer, kind: string, maker: string): void {
  assertOptimizer(db)
  if (db.driver.kind === kind) return
  const wayOut = `Use for example \`createQueryOptimizer({ cache, driver: ${maker} })\` over the same pool.`
  throw wrongClient('db', `an optimizer whose driver is ${maker}`, db, wayOut, `one of \`${db.driver.kind}\``)
}

/** Methods of the pool itself are called with it: they use its private fields. */
export function wrapPool<Pool extends object>(pool: Pool, methods: Readonly<Record<string, unknown>>): Pool {
  return new Proxy(pool, {
    get(target, name) {
      if (typeof name === 'string' && Object.hasOwn(methods, name)) return methods[name]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
}
