/**
 * Knows which connections of a pool others have used. Whoever uses one may leave it changed: with another role, schema or
 * time zone, with temporary tables, or within a transaction. Pools emit `release` when a connection is given back.
 */

interface Emitter {
  on?(event: 'release', listener: (...args: readonly unknown[]) => void): unknown
}

/** Watches one pool, for all drivers on it. */
class Pool {
  readonly canSee: boolean
  /** Connections by the driver that gave them back last, while nobody else had them. */
  readonly lastUsers = new WeakMap<object, object>()
  /** The connection that a driver is giving back. */
  releasing: object | undefined

  constructor(pool: object) {
    const emitter = pool as Emitter
    this.canSee = typeof emitter.on === 'function'
    // Of `pg` the connection comes behind an error, of `mysql2` it is the only argument.
    emitter.on?.('release', (...args) => {
      for (const one of args) if (isObject(one) && one !== this.releasing) this.lastUsers.delete(one)
    })
  }
}

let pools: WeakMap<object, Pool> | undefined

/** What one driver knows of its pool. */
export class PoolUse {
  readonly #pool: Pool

  constructor(pool: object) {
    pools ??= new WeakMap()
    this.#pool = pools.get(pool) ?? new Pool(pool)
    pools.set(pool, this.#pool)
  }

  /** Whether nobody else has used it since this driver gave it back. */
  isUntouched(connection: object): boolean {
    return this.#pool.canSee && this.#pool.lastUsers.get(connection) === this
  }

  /** Gives it back. */
  release(connection: object, giveBack: () => void): void {
    this.#pool.releasing = connection
    this.#pool.lastUsers.set(connection, this)
    try {
      giveBack()
    } finally {
      this.#pool.releasing = undefined
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
