/** The connection of a follower: one that waits for records, so nothing else can use it. */
import { systemClock, within } from '@hotpath/contract'
import type { RedisClient } from './client.ts'
import type { Connection } from './connection.ts'

/** A read that came to no end. */
export class SilenceError extends Error {
  /** Says what it is. */
  override readonly name = 'SilenceError'

  constructor(silentMs: number) {
    super(`The connection that follows the log was silent for ${silentMs} ms and was replaced.`)
  }
}

/**
 * What must not be as in the application's client. Names are whole; commands fail at once while there is no
 * connection, so that a command without a reply means silence; a read that blocks takes as long as it takes.
 */
const OPTIONS = {
  keyPrefix: '',
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  commandTimeout: undefined,
  socketTimeout: undefined,
  blockingTimeout: undefined,
}
const SINGLE_OPTIONS = { ...OPTIONS, lazyConnect: false, maxRetriesPerRequest: 0, replyMapping: 'legacy' }

export function duplicate({ client, isCluster }: Connection): RedisClient {
  const make = client.duplicate as (...args: unknown[]) => RedisClient
  const connection = isCluster
    ? make.call(client, [], { ...OPTIONS, lazyConnect: false, redisOptions: OPTIONS })
    : make.call(client, SINGLE_OPTIONS)
  // Errors show as failed reads; without a listener they would end the process.
  connection.on('error', () => {})
  letExit(connection)
  return connection
}

interface Emitter {
  on(event: string, listener: (connection: Emitter) => void): unknown
  readonly stream?: { unref?(): unknown } | undefined
}

/** Nobody waits for a connection of ours: an open cache must not keep the process alive. */
export function letExit(connection: unknown): void {
  const emitter = connection as Emitter
  emitter.on('connect', () => void emitter.stream?.unref?.())
  // A cluster has a connection for each of its servers.
  emitter.on('+node', (node) => letExit(node))
}

/** @throws SilenceError for what does not end within a time. */
export function withinMs<Reply>(limitMs: number, reply: Promise<Reply>): Promise<Reply> {
  return within(reply, { clock: systemClock, limitMs, expired: () => new SilenceError(limitMs) })
}

/** Whether a stream by itself cannot be read, and not just now: it is something else, or rights are missing. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof Error && /^(WRONGTYPE|NOPERM)/.test(error.message)
}
