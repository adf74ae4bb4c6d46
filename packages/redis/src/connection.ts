/**
 * The commands that one application's client is sent, and what its state says about them.
 *
 * A client that has lost its server keeps commands until it is back, for a minute and more: callers would wait for a
 * server that is known to be away, and `client.quit()` would wait behind commands that nobody wants any more. So a
 * command is sent only to a client that is ready. While a client connects, commands wait here, for one attempt and at
 * most two seconds; after that they fail at once until it is ready again.
 */
import { TierError } from '@hotpath/contract'
import { clusterSlot } from './cluster-slot.ts'
import type { RedisClient } from './client.ts'

type Argument = string | Buffer | number
type Waiter = { readonly resolve: () => void; readonly reject: (cause: unknown) => void }

/** Sends commands; replies as text. */
export type Caller = Pick<RedisClient, 'call'>

/** How long a client may take to connect before it counts as disconnected. */
const CONNECT_MS = 2_000

export class Connection implements Caller {
  readonly client: RedisClient
  /** What the client puts before every key of its own accord; not before patterns, nor before names in replies. */
  readonly keyPrefix: string
  readonly isCluster: boolean
  /** Commands whose replies are waited for even after the client was disconnected: it may still send them then. */
  readonly patient: Caller = { call: (command, ...args) => this.#begin(() => this.client.call(command, ...args)) }
  readonly #waiting = new Set<Waiter>()
  readonly #underWay = new Set<(cause: unknown) => void>()
  #isAway: boolean
  #wasReady: boolean
  #reason: unknown
  #limit: NodeJS.Timeout | undefined

  constructor(client: RedisClient) {
    this.client = client
    this.isCluster = client.isCluster === true
    const { keyPrefix } = client.options ?? {}
    this.keyPrefix = typeof keyPrefix === 'string' ? keyPrefix : ''
    const { status } = client
    this.#wasReady = status === 'ready'
    this.#isAway = status === 'reconnecting' || status === 'close'
    if (status === undefined) return
    const on = client.on.bind(client) as (event: string, listener: (error: unknown) => void) => unknown
    // Why the client is not connected: the reason is in no event of its own.
    on('error', (error) => (this.#reason = error))
    on('ready', () => this.#isReady())
    on('close', () => this.#isClosed())
    on('end', () => this.#goAway())
  }

  /** Sends a command; replies as text. */
  call(command: string, ...args: Argument[]): Promise<unknown> {
    return this.#begin(() => this.#whileConnected(this.client.call(command, ...args)))
  }

  /** Sends a command; replies as bytes. */
  callBuffer(command: 'GET' | 'GETRANGE' | 'MGET', ...args: Argument[]): Promise<unknown> {
    return this.#begin(() => this.#whileConnected(this.#callBuffer(command, args)))
  }

  /** A key as the server knows it. */
  fullKey(key: string): string {
    return this.keyPrefix + key
  }

  /** The slot of a key in a cluster. */
  slotOf(key: string): number {
    return clusterSlot(this.fullKey(key))
  }

  #callBuffer(command: string, args: Argument[]): Promise<unknown> {
    // ioredis loses the name of the command where `callBuffer` goes into a pipeline that it makes by itself.
    if (this.client.options?.enableAutoPipelining === true) {
      const { [`${command.toLowerCase()}Buffer`]: own } = this.client as unknown as Record<string, unknown>
      if (typeof own === 'function') return own.apply(this.client, args) as Promise<unknown>
    }
    return this.client.callBuffer(command, ...args)
  }

  #begin(send: () => Promise<unknown>): Promise<unknown> {
    const { status } = this.client
    return status === 'ready' || status === undefined ? send() : this.#connected(status).then(send)
  }

  /** Resolves when commands can be sent. */
  #connected(status: string): Promise<void> {
    if (status === 'wait') this.client.connect?.().catch(() => {})
    const isOver = status === 'end' || status === 'disconnecting'
    if (this.#isAway || isOver) return Promise.reject(this.#disconnected())
    this.#limitAttempt()
    return new Promise((resolve, reject) => void this.#waiting.add({ resolve, reject }))
  }

  #whileConnected<Reply>(reply: Promise<Reply>): Promise<Reply> {
    if (this.client.status === undefined) return reply
    return new Promise((resolve, reject) => {
      this.#underWay.add(reject)
      reply.then(
        (value) => {
          this.#underWay.delete(reject)
          resolve(value)
        },
        (error: Error) => {
          this.#underWay.delete(reject)
          reject(error)
        },
      )
    })
  }

  #isReady(): void {
    this.#wasReady = true
    this.#isAway = false
    this.#reason = undefined
    this.#endAttempt()
    for (const { resolve } of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** A connection that was there gets one attempt to come back: most are back in a few milliseconds. */
  #isClosed(): void {
    if (!this.#wasReady) return this.#goAway()
    this.#wasReady = false
    this.#limitAttempt()
  }

  #limitAttempt(): void {
    this.#limit ??= setTimeout(() => {
      // An event loop that stood still may have the good news at hand, and has to read it first.
      setImmediate(() => void (this.client.status !== 'ready' && this.#limit !== undefined && this.#goAway()))
    }, CONNECT_MS)
  }

  #goAway(): void {
    this.#wasReady = false
    this.#isAway = true
    this.#endAttempt()
    if (this.#waiting.size + this.#underWay.size === 0) return
    const error = this.#disconnected()
    for (const { reject } of this.#waiting) reject(error)
    for (const reject of this.#underWay) reject(error)
    this.#waiting.clear()
    this.#underWay.clear()
  }

  #endAttempt(): void {
    clearTimeout(this.#limit)
    this.#limit = undefined
  }

  #disconnected(): TierError {
    const message =
      'The Redis client is not connected, so nothing is sent until it is. Check that the server runs, and its address and password.'
    return new TierError('ERR_TIER_FAILED', message, {
      ...(this.#reason !== undefined && { cause: this.#reason }),
      context: { tier: 'redis' },
    })
  }
}

/** One for each client, however many caches use it. */
const connections = new WeakMap<RedisClient, Connection>()

export function connectionOf(client: RedisClient): Connection {
  const connection = connections.get(client) ?? new Connection(client)
  connections.set(client, connection)
  return connection
}
