/** Options of an optimizer with all defaults resolved; times in milliseconds. */
import type { Clock } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import type { DatabaseDriver } from './driver/driver.ts'
import type { SessionOptions } from './query-optimizer.ts'

/** As much of a cache as is needed. */
export type QueryCache = Pick<Cache, 'namespace' | 'position' | 'isCurrent' | 'ready'>

/** What an optimizer works with. */
export interface Settings {
  readonly cache: QueryCache
  readonly driver: DatabaseDriver
  readonly name: string
  readonly clock: Clock
  readonly acquireMs: number
  readonly slowMs: number
  readonly schemaCheckMs: number
  readonly leakMs: number
  readonly maxRows: number
  readonly maxResultBytes: number
  readonly maxFingerprints: number
  /** By tables as the user names them, as is `dependsOn`. */
  readonly ttlByTable: ReadonlyMap<string, number>
  readonly dependsOn: ReadonlyMap<string, readonly string[]>
  readonly session: SessionOptions | (() => SessionOptions | undefined) | undefined
  readonly context: boolean
}
