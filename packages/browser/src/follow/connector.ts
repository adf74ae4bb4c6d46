/** Keeps a connection to a server: tries again after delays that double, and takes silence for a loss. */
import type { Clock, Random } from '@hotpath/contract'
import type { ServerMessage } from './server-message.ts'
import { type InvalidationSource, listenTo } from './source.ts'

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000
/** The part of a delay that is drawn at random: a server that comes back is not asked by all of its clients at once. */
const JITTER = 0.5

/** A source, and whether it goes on where this browser was. */
export interface Connected {
  readonly source: InvalidationSource
  readonly isResumed: boolean
}

/** What the connector works with and reports. */
export interface ConnectorOptions {
  readonly clock: Clock
  readonly random: Random
  readonly silenceMs: number
  readonly connect: () => Promise<Connected>
  /** @param isResumed - Whether nothing is missing before it. */
  readonly message: (message: ServerMessage, isResumed: boolean) => void
  /** The first message of a connection has come. */
  readonly opened: () => void
  /** The connection is lost, or was never there; it is tried again. */
  readonly closed: (cause: unknown, retryMs: number) => void
}

/** One connection after another, from `start` to `stop`. */
export class Connector {
  readonly #options: ConnectorOptions
  /** Grows with each start and stop: what belongs to one of before is ignored. */
  #attempt = 0
  #isStarted = false
  #retryMs = FIRST_RETRY_MS
  #close: (() => void) | undefined
  #cancel = (): void => {}

  constructor(options: ConnectorOptions) {
    this.#options = options
  }

  /** Idempotent. */
  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    void this.#connect()
  }

  /** Idempotent. */
  stop(): void {
    this.#isStarted = false
    this.#leave()
  }

  /** What came is of no use: connects again. */
  lost(cause: unknown): void {
    if (!this.#isStarted) return
    this.#leave()
    const { clock, random, closed } = this.#options
    const retryMs = Math.round(this.#retryMs * (1 - JITTER * random()))
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2)
    this.#cancel = clock.after(retryMs, () => void this.#connect())
    closed(cause, retryMs)
  }

  #leave(): void {
    this.#attempt++
    this.#cancel()
    this.#close?.()
    this.#close = undefined
  }

  async #connect(): Promise<void> {
    const { connect, message: deliver, opened } = this.#options
    const attempt = ++this.#attempt
    this.#listen()
    try {
      const { source, isResumed } = await connect()
      let isFirst = true
      const close = listenTo(source, {
        message: (message) => {
          if (attempt !== this.#attempt) return
          this.#listen()
          // A server that ends each connection after its first message is no better than one that is away.
          if (!isFirst) this.#retryMs = FIRST_RETRY_MS
          deliver(message, isResumed || !isFirst)
          if (isFirst) opened()
          isFirst = false
        },
        ended: (cause) => {
          if (attempt === this.#attempt)
            this.lost(cause ?? (isFirst ? new Error('it ended before its first message') : undefined))
        },
      })
      if (attempt === this.#attempt) this.#close = close
      else close()
    } catch (cause) {
      if (attempt === this.#attempt) this.lost(cause)
    }
  }

  /** From now on it may be silent for a while. */
  #listen(): void {
    const { clock, silenceMs } = this.#options
    this.#cancel()
    this.#cancel = clock.after(silenceMs, () => this.lost(new Error(`nothing came for ${silenceMs} ms`)))
  }
}
