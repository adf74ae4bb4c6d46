/**
 * Runs statements on the connections of a pool, each within a time, so that a connection that falls silent (a proxy that
 * failed over, a firewall that forgot it) holds up one statement and no more. It is closed, and the connections that
 * were open then are suspected of the same: each has to respond to a probe before it is used again.
 */
import { inTime, TimeoutError } from './in-time.ts'

/** What a pool can do. */
export interface Connections<Connection extends object> {
  take(): Promise<Connection>
  /** Puts it back into the pool. */
  giveBack(connection: Connection): void
  /** Closes it. */
  destroy(connection: Connection): void
  /** Sends the smallest statement that there is. */
  probe(connection: Connection): Promise<unknown>
  /** Whether a connection may be used again after this failure. */
  isUsableAfter(error: unknown): boolean
}

/** Runs statements on one connection. */
export type RunOn<Connection> = <Result>(
  run: (connection: Connection) => Promise<Result>,
  limitMs?: number,
) => Promise<Result>

/** How long a statement may take: as long as the engine waits for an append. */
const STATEMENT_MS = 5_000
/** How long a connection of the pool is waited for. */
const CONNECTION_MS = 5_000
const PROBE_MS = 500

export function createRunOn<Connection extends object>(pool: Connections<Connection>): RunOn<Connection> {
  /** How many statements got no response. */
  let silences = 0
  /** How many there were when a connection last responded. */
  const responded = new WeakMap<Connection, number>()

  async function takeSound(): Promise<Connection> {
    const end = performance.now() + CONNECTION_MS
    for (;;) {
      const limitMs = Math.max(0, Math.ceil(end - performance.now()))
      const connection = await inTime(limitMs, pool.take(), (late) => pool.giveBack(late))
      if ((responded.get(connection) ?? 0) === silences || (await isSound(connection))) return connection
    }
  }

  async function isSound(connection: Connection): Promise<boolean> {
    const before = silences
    try {
      await inTime(PROBE_MS, pool.probe(connection))
      responded.set(connection, before)
      return true
    } catch {
      pool.destroy(connection)
      return false
    }
  }

  return async (run, limitMs = STATEMENT_MS) => {
    const connection = await takeSound()
    const before = silences
    try {
      const result = await inTime(limitMs, run(connection))
      responded.set(connection, before)
      pool.giveBack(connection)
      return result
    } catch (error) {
      if (error instanceof TimeoutError) silences++
      if (pool.isUsableAfter(error)) pool.giveBack(connection)
      else pool.destroy(connection)
      throw error
    }
  }
}
