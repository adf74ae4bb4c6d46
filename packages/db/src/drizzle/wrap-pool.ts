/** A pool with some of its methods replaced. To all who ask it is that pool: of its class, with its events and counts. */

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
