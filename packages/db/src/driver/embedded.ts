/** What there is once for each embedded database of the process, however many drivers are made of it. */
import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { hostname } from 'node:os'
import { OneAtATime } from './one-at-a-time.ts'

/** A database that runs in this process. */
export interface Embedded {
  /** Names it, if it has no files that others could open. */
  readonly name: string
  /** Lends its one connection. */
  readonly lock: OneAtATime
}

const REGISTRY = Symbol.for('@hotpath/db/embedded')
const registry = globalThis as { [REGISTRY]?: WeakMap<object, Embedded> }

/** The same for the same database: of two locks, one would let statements into the transaction of the other. */
export function embeddedOf(database: object): Embedded {
  registry[REGISTRY] ??= new WeakMap()
  const known = registry[REGISTRY].get(database)
  if (known !== undefined) return known
  const embedded = { name: `memory:${randomUUID()}`, lock: new OneAtATime() }
  registry[REGISTRY].set(database, embedded)
  return embedded
}

/**
 * Names a file: by the moment at which it was made, as other machines may have the same name, and others files at the same
 * path.
 */
export function fileName(path: string): string {
  const { dev, ino, birthtimeNs } = statSync(path, { bigint: true })
  return `${hostname()}:${dev}:${ino}:${birthtimeNs}`
}
