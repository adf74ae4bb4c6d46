import { kindOf, wrongOptionSeen } from '@hotpath/contract'

/** What a command may be given. */
export type RedisArgument = string | number | Uint8Array

/** The options of a client that matter to the tier; see `client-options.ts`. */
export interface RedisClientOptions {
  /** What the client puts before every key. */
  readonly keyPrefix?: unknown
  /** Whether the client collects commands of a turn into a pipeline. */
  readonly enableAutoPipelining?: unknown
  /** Whether the connection is for a replica of a cluster. */
  readonly readOnly?: unknown
  /** Which server of a Sentinel setup is meant. */
  readonly role?: unknown
  /** Which servers of a cluster read. */
  readonly scaleReads?: unknown
  /** Whether the connection shows what the server is asked. */
  readonly monitor?: unknown
}

/**
 * As much of a client as is needed: an ioredis `Redis` or `Cluster`, or anything of their shape. The tier never closes
 * it; the connection that follows the log is its own.
 */
export interface RedisClient {
  /** Sends a command; replies as text. */
  call(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>
  /** Sends a command; replies as bytes. */
  callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>
  /** Makes another connection with the same options. */
  duplicate(...args: never[]): RedisClient
  /** Ends the connection at once. */
  disconnect(): void
  /** Listens. */
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Connects a client that has not begun to. */
  connect?(): Promise<unknown>
  /** `'ready'` while commands can be sent. Absent: the client does not say. */
  readonly status?: string | undefined
  /** How the client was configured. */
  readonly options?: RedisClientOptions | undefined
  /** Whether keys belong to slots of several servers. */
  readonly isCluster?: boolean | undefined
  /** The servers of a cluster. */
  nodes?(role: 'master'): RedisClient[]
}

/** @throws ConfigError for what is not a client. */
export function assertClient(client: unknown): asserts client is RedisClient {
  const { call, callBuffer, duplicate } = (client ?? {}) as Partial<RedisClient>
  if ([call, callBuffer, duplicate].every((method) => typeof method === 'function')) return
  const { sendCommand } = (client ?? {}) as { readonly sendCommand?: unknown }
  // Not what it says: an address may hold a password.
  const seen = typeof sendCommand === 'function' ? 'one of node-redis, or the like' : kindOf(client)
  const wayOut = "Use for example `redis({ client: new Redis('redis://127.0.0.1') })` with `Redis` of ioredis."
  throw wrongOptionSeen('client', 'an ioredis client', client, { seen, wayOut })
}

/** Bytes as ioredis takes them. */
export function toArgument(value: RedisArgument): string | Buffer | number {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
}
