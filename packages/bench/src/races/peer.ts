/** What every contestant of the races is driven through: one adapter for each, nothing but its documented calls. */
import type { Origin } from './origin.ts'

/**
 * What a cache may have, and a race may need. `nodes`: an invalidation reaches what other nodes hold; `bus`: by messages,
 * as they have memory over Redis.
 */
export type Capability = 'tag' | 'clear' | 'nodes' | 'bus' | 'handles' | 'serializer'

/** How a node is set up. */
export interface Setting {
  /** Where Redis is; `undefined`: memory alone. */
  readonly url: string | undefined
  /** Whether values go to Redis through superjson instead of what the cache does by itself. */
  readonly superjson: boolean
  /** Tags of everything that is read. */
  readonly tags: readonly string[]
  readonly origin: Origin
}

/** One cache, as one process has it. */
export interface CacheNode {
  /** Reads a value; what is missing comes from the origin. */
  read(key: string): Promise<unknown>
  /** Reads through a second handle or namespace object of the same name. */
  readTwin?(key: string): Promise<unknown>
  invalidateKey(key: string): Promise<unknown>
  invalidateTag?(tag: string): Promise<unknown>
  clear?(): Promise<unknown>
  close(): Promise<unknown>
}

/** A library that takes part. */
export interface Peer {
  readonly name: string
  /** What is installed for it; their versions are printed. */
  readonly packages: readonly string[]
  /** How it is set up, in one line. */
  readonly setup: string
  /** What it does not have, and why a race that needs it says nothing of it. */
  readonly lacks: Partial<Readonly<Record<Capability, string>>>
  open(setting: Setting): Promise<CacheNode>
}

export const HOUR_MS = 3_600_000
