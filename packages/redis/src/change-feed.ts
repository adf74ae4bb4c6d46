/**
 * Hears from the server which keys were changed, by whomever: `CLIENT TRACKING` by prefix, over a connection of its own
 * that redirects to itself. It is bound to no connection for commands, so those may come and go. NOLOOP would not keep
 * own writes back, as servers do not apply it to what scripts write; see `tracked-store.ts`.
 *
 * What happens while this connection is broken is not heard of, so everybody is told when it stands again. One that has
 * fallen silent looks like one with nothing to say, so it is asked now and then.
 */
import { ConfigError, TierError } from '@hotpath/contract'
import type { RedisClient } from './client.ts'
import { isUnreadable, letExit, withinMs } from './follower-connection.ts'

/** Who wants to know. */
export interface ChangeListener {
  /** What lies under this key of the server was written, removed, or has expired. */
  changed(key: string): void
  /** Anything may have been. */
  missed(): void
  /** Nothing is heard of for now. */
  failed(error: TierError): void
}

/** As much of a connection as is needed beside commands. */
interface Connection extends Omit<RedisClient, 'on' | 'disconnect'> {
  disconnect(reconnect?: boolean): void
  on(event: 'error' | 'ready' | 'end', listener: () => void): unknown
  on(event: 'messageBuffer', listener: (channel: unknown, keys: unknown) => void): unknown
}

const CHANNEL = '__redis__:invalidate'
const RETRY_MS = 3_000
/** How often the connection is asked whether it is there, and how long it may take to say so. */
const ASK_MS = 2_000
const SILENT_MS = 1_500
/** RESP3 would deliver in a way that ioredis drops; who subscribes anew has to turn tracking on before. */
const OPTIONS = {
  protocol: 2,
  replyMapping: 'legacy',
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  enableAutoPipelining: false,
  lazyConnect: false,
  keyPrefix: '',
  socketTimeout: undefined,
}

/** One for each client and prefix, however many caches use it. */
export class ChangeFeed {
  readonly #client: RedisClient
  readonly #prefix: string
  /** What a client puts before all keys of its own accord. */
  readonly #outerPrefix: string
  readonly #listeners = new Map<ChangeListener, string>()
  #connection: Connection | undefined
  #retry: NodeJS.Timeout | undefined
  #attempts = 0

  /** @param prefix - What the keys begin with that are of interest to any listener. */
  constructor(client: RedisClient, prefix: string) {
    this.#client = client
    this.#prefix = prefix
    const { keyPrefix } = (client as { options?: { keyPrefix?: string | undefined } }).options ?? {}
    this.#outerPrefix = keyPrefix ?? ''
  }

  /** Tells of keys that begin like this; answers with what ends it. */
  listen(keyPrefix: string, listener: ChangeListener): () => void {
    this.#listeners.set(listener, keyPrefix)
    if (this.#connection === undefined) this.#connect()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#end()
    }
  }

  #connect(): void {
    const duplicate = this.#client.duplicate as (options: object) => unknown
    const connection = duplicate.call(this.#client, OPTIONS) as Connection
    this.#connection = connection
    // They show as a connection that is not ready; without a listener they would end the process.
    connection.on('error', () => {})
    letExit(connection)
    connection.on('ready', () => void this.#begin(connection))
    // One whose client was told to give up is made anew.
    connection.on('end', () => {
      if (connection !== this.#connection) return
      clearTimeout(this.#retry)
      this.#retry = setTimeout(() => this.#connect(), RETRY_MS).unref()
    })
    connection.on('messageBuffer', (_, keys) => this.#hear(keys))
  }

  /** Once for each time that it connects: tracking cannot be turned on twice, nor after the subscription. */
  async #begin(connection: Connection): Promise<void> {
    clearTimeout(this.#retry)
    const attempt = ++this.#attempts
    try {
      const id = String(await connection.call('CLIENT', 'ID'))
      const prefix = this.#outerPrefix + this.#prefix
      await connection.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'PREFIX', prefix)
      // In small letters, by which ioredis notices that the connection is one for messages from here on.
      await connection.call('subscribe', CHANNEL)
      for (const listener of this.#listeners.keys()) listener.missed()
      this.#askLater(connection, attempt)
    } catch (cause) {
      if (connection !== this.#connection || attempt !== this.#attempts) return
      for (const listener of this.#listeners.keys()) listener.failed(deaf(cause))
      this.#retry = setTimeout(() => connection.disconnect(true), RETRY_MS).unref()
    }
  }

  #askLater(connection: Connection, attempt: number): void {
    this.#retry = setTimeout(() => void this.#ask(connection, attempt), ASK_MS).unref()
  }

  async #ask(connection: Connection, attempt: number): Promise<void> {
    const isThere = await withinMs(SILENT_MS, connection.call('ping')).then(
      () => true,
      // A refusal is a reply as well.
      isUnreadable,
    )
    if (connection !== this.#connection || attempt !== this.#attempts) return
    if (isThere) this.#askLater(connection, attempt)
    else connection.disconnect(true)
  }

  /** Keys are a list; `null` stands for all of them, when a server was flushed. */
  #hear(keys: unknown): void {
    for (const [listener, keyPrefix] of [...this.#listeners]) {
      if (!Array.isArray(keys)) listener.missed()
      else {
        const prefix = this.#outerPrefix + keyPrefix
        for (const key of keys) {
          const text = String(key)
          if (text.startsWith(prefix)) listener.changed(text.slice(prefix.length))
        }
      }
    }
  }

  #end(): void {
    clearTimeout(this.#retry)
    this.#connection?.disconnect()
    this.#connection = undefined
  }
}

/** @throws ConfigError where one connection does not hear of all keys. */
export function assertTrackable(client: RedisClient, tracking: boolean): void {
  if (!tracking || client.isCluster !== true) return
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    '`tracking` does not work with a Cluster client, as each server tells of its own keys alone. Leave it out: caches that share the log hear of each other without it.',
  )
}

function deaf(cause: unknown): TierError {
  return new TierError(
    'ERR_TIER_FAILED',
    'The server does not report changed keys, so memory keeps what other programs changed until it expires. Give this user the rights that the page on Redis names for `tracking`.',
    { cause, context: { operation: 'track' } },
  )
}
