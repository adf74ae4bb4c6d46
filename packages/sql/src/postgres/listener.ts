/**
 * Hears of new records and of leases that were given back, for all caches of one pool, over one connection that it
 * keeps. A notification only wakes: what is new is read from tables, so that one that is lost costs time and nothing
 * else.
 */
import type { PostgresConnection, PostgresPool } from './client.ts'

/** Told what a notification said behind the name; nothing when notifications may have been missed. */
type Wake = (detail: string | undefined) => void

const RETRY_MS = 500

export class Listener {
  readonly #pool: PostgresPool
  /** By channel, then by name. */
  readonly #wakes = new Map<string, Map<string, Set<Wake>>>()
  #connection: PostgresConnection | undefined
  #isConnecting = false
  #timer: NodeJS.Timeout | undefined

  constructor(pool: PostgresPool) {
    this.#pool = pool
    // The server's end shows as failed queries; without a listener it would end the process.
    pool.on('error', () => {})
  }

  /** Whether notifications come. */
  get isConnected(): boolean {
    return this.#connection !== undefined
  }

  /** Calls when a channel has something for a cache's name; answers with what ends it. */
  add(channel: string, name: string, wake: Wake): () => void {
    const isNew = !this.#wakes.has(channel)
    const names = this.#wakes.get(channel) ?? new Map<string, Set<Wake>>()
    this.#wakes.set(channel, names)
    const wakes = names.get(name) ?? new Set()
    names.set(name, wakes.add(wake))
    if (this.#connection === undefined) void this.#connect()
    else if (isNew) void this.#listen(this.#connection, channel)
    return () => {
      wakes.delete(wake)
      if (wakes.size === 0 && names.get(name) === wakes) names.delete(name)
      if (names.size === 0 && this.#wakes.get(channel) === names) this.#wakes.delete(channel)
      if (this.#wakes.size === 0) this.#leave()
    }
  }

  async #connect(): Promise<void> {
    if (this.#isConnecting) return
    this.#isConnecting = true
    clearTimeout(this.#timer)
    try {
      const connection = await this.#pool.connect()
      if (this.#wakes.size === 0) connection.release()
      else await this.#begin(connection)
    } catch {
      this.#retry()
    } finally {
      this.#isConnecting = false
    }
  }

  async #begin(connection: PostgresConnection): Promise<void> {
    const lost = (): void => this.#lost(connection)
    connection.on('error', lost)
    connection.on('end', lost)
    connection.on('notification', ({ channel, payload = '' }) => {
      const [name = '', detail] = payload.split(' ')
      for (const wake of [...(this.#wakes.get(channel)?.get(name) ?? [])]) wake(detail)
    })
    this.#connection = connection
    for (const channel of [...this.#wakes.keys()]) await this.#listen(connection, channel)
  }

  async #listen(connection: PostgresConnection, channel: string): Promise<void> {
    try {
      await connection.query({ text: `LISTEN ${channel}` })
    } catch {
      return this.#lost(connection)
    }
    // Nobody was told of what came before.
    for (const wakes of [...(this.#wakes.get(channel)?.values() ?? [])]) for (const wake of [...wakes]) wake(undefined)
  }

  #lost(connection: PostgresConnection): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    connection.release(true)
    this.#retry()
  }

  #retry(): void {
    if (this.#wakes.size === 0) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#connect(), RETRY_MS).unref()
  }

  #leave(): void {
    clearTimeout(this.#timer)
    const connection = this.#connection
    this.#connection = undefined
    // Closed, not given back: it would go on listening for somebody else.
    connection?.release(true)
  }
}
