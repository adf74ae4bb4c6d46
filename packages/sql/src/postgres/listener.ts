/**
 * Hears of new records and of leases that were given back, for all caches of one pool, over one connection that it
 * keeps. A notification only wakes: what is new is read from tables, so that one that is lost costs time and nothing
 * else.
 *
 * It notifies itself every few seconds. A connection that has fallen silent, or one whose notifications end elsewhere
 * (a pooler that lends connections for one transaction), is noticed by that and replaced; caches look often meanwhile.
 */
import { randomBytes } from 'node:crypto'
import { inTime } from '../in-time.ts'
import { connectBeside } from './beside.ts'
import type { PostgresConnection, PostgresPool } from './client.ts'

/** Told what a notification said behind the name; nothing when notifications may have been missed. */
type Wake = (detail: string | undefined) => void

/** Before a new connection; doubled with each that does not hear either. */
const RETRY_MS = 500
const MAX_RETRY_MS = 30_000
const PROBE_MS = 3_000
/** How long a connection, a statement or a notification is waited for. */
const LIMIT_MS = 2_000

export class Listener {
  readonly #pool: PostgresPool
  /** By channel, then by name. */
  readonly #wakes = new Map<string, Map<string, Set<Wake>>>()
  /** Ours alone. */
  readonly #probeChannel = `hotpath_probe_${randomBytes(6).toString('hex')}`
  #connection: PostgresConnection | undefined
  /** The last statement on it. */
  #sent: Promise<unknown> = Promise.resolve()
  #isConnecting = false
  #isHearing = false
  #heard: (() => void) | undefined
  #retryMs = RETRY_MS
  #timer: NodeJS.Timeout | undefined

  constructor(pool: PostgresPool) {
    this.#pool = pool
    // The server's end shows as failed queries; without a listener it would end the process.
    pool.on('error', () => {})
  }

  /** Whether notifications come. */
  get isHearing(): boolean {
    return this.#isHearing
  }

  /** Calls when a channel has something for a cache's name; returns what ends it. */
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
      const connection = await inTime(LIMIT_MS, connectBeside(this.#pool), (late) => late.release())
      if (this.#wakes.size === 0) connection.release()
      else await this.#begin(connection)
    } catch {
      // Tried again below.
    }
    this.#isConnecting = false
    // It may have failed, been lost meanwhile, or been left by all before others joined.
    if (this.#connection === undefined) this.#retry()
  }

  async #begin(connection: PostgresConnection): Promise<void> {
    const lost = (): void => this.#lost(connection)
    connection.on('error', lost)
    connection.on('end', lost)
    connection.on('notification', ({ channel, payload = '' }) => {
      if (channel === this.#probeChannel) return this.#heard?.()
      const [name = '', detail] = payload.split(' ')
      for (const wake of [...(this.#wakes.get(channel)?.get(name) ?? [])]) wake(detail)
    })
    this.#connection = connection
    this.#sent = Promise.resolve()
    // Nobody waits for it: an open cache must not keep the process alive.
    connection.unref?.()
    for (const channel of [...this.#wakes.keys()]) {
      if (this.#connection === connection) await this.#listen(connection, channel)
    }
    await this.#probe(connection)
  }

  async #listen(connection: PostgresConnection, channel: string): Promise<void> {
    try {
      await inTime(LIMIT_MS, this.#send(connection, `LISTEN ${channel}`))
    } catch {
      return this.#lost(connection)
    }
    // Nobody was told of what came before.
    this.#wakeAll(channel)
  }

  async #probe(connection: PostgresConnection): Promise<void> {
    if (this.#connection !== connection) return
    // The pool waits for this connection, and there will be no other one.
    if (this.#pool.ending === true) return this.#leave()
    const text = `LISTEN ${this.#probeChannel}; NOTIFY ${this.#probeChannel}`
    const heard = new Promise<void>((resolve) => (this.#heard = resolve))
    try {
      await inTime(LIMIT_MS, Promise.all([heard, this.#send(connection, text)]))
    } catch {
      return this.#lost(connection)
    }
    if (this.#connection !== connection) return
    this.#isHearing = true
    this.#retryMs = RETRY_MS
    this.#timer = setTimeout(() => void this.#probe(connection), PROBE_MS).unref()
  }

  /** One statement after the other: a connection of pg is given one at a time. */
  #send(connection: PostgresConnection, text: string): Promise<unknown> {
    const sent = this.#sent.then(() => {
      if (this.#connection !== connection) throw new Error('the connection was given back')
      return connection.query({ text })
    })
    this.#sent = sent.catch(() => {})
    return sent
  }

  #lost(connection: PostgresConnection): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#isHearing = false
    connection.release(true)
    this.#retry()
    // They look by themselves now, and more often.
    for (const channel of this.#wakes.keys()) this.#wakeAll(channel)
  }

  #wakeAll(channel: string): void {
    for (const wakes of [...(this.#wakes.get(channel)?.values() ?? [])]) for (const wake of [...wakes]) wake(undefined)
  }

  #retry(): void {
    clearTimeout(this.#timer)
    if (this.#isConnecting || this.#wakes.size === 0) return
    this.#timer = setTimeout(() => void this.#connect(), this.#retryMs).unref()
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS)
  }

  #leave(): void {
    clearTimeout(this.#timer)
    const connection = this.#connection
    this.#connection = undefined
    this.#isHearing = false
    this.#heard?.()
    // Closed, not given back: it would go on listening for somebody else.
    connection?.release(true)
  }
}
