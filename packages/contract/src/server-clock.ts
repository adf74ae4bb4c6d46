/** Two clocks drift apart, so the offset is asked for again. */
const RESAMPLE_MS = 30_000
/** By how much what was stored may be of the future: a clock is kept in step by small jumps. */
const MAX_AHEAD_MS = 1_000

/** Where a `ServerClock` gets times from. */
export interface ServerClockOptions {
  /** The cache's timeline: `elapsed` of the tier's context. */
  readonly elapsed: () => number
  /** Asks the server for its time, in milliseconds since 1970. */
  readonly ask: () => Promise<number>
  /** What the server rounds its times down to, in milliseconds. Default 0: it does not. */
  readonly stepMs?: number | undefined
}

/**
 * A server's clock as seen from a cache's timeline, for tiers that store when an entry was created. Machines are never
 * compared: a sample was taken between question and reply, so the offset is known within those bounds, and each use
 * takes the bound that makes an entry older, never younger.
 *
 * @example
 * ```ts
 * import { ServerClock } from '@hotpath/contract'
 *
 * const clock = new ServerClock({ elapsed: () => performance.now(), ask: async () => Date.now() })
 * await clock.ready()
 * const createdAt = performance.now()
 * console.log(clock.fromServer(clock.toServer(createdAt)) <= createdAt) // true
 * ```
 */
export class ServerClock {
  readonly #elapsed: () => number
  readonly #ask: () => Promise<number>
  readonly #stepMs: number
  #minOffset = 0
  #maxOffset = 0
  #sampledAt: number | undefined
  /** When it was looked at the timeline last: what is of before needs no further look. */
  #seenAt = Number.NEGATIVE_INFINITY
  #sampling: Promise<void> | undefined

  constructor({ elapsed, ask, stepMs = 0 }: ServerClockOptions) {
    this.#elapsed = elapsed
    this.#ask = ask
    this.#stepMs = stepMs
  }

  /**
   * To be called before times are converted; `undefined` when nothing has to be waited for. An old sample is renewed in
   * the background.
   *
   * @returns Rejects with what `ask` rejects with.
   */
  ready(): Promise<void> | undefined {
    if (this.#sampledAt === undefined) return this.#sample()
    // The old offset serves meanwhile, and the next call tries again when this one fails.
    if (this.#elapsed() - this.#sampledAt > RESAMPLE_MS) this.#sample().catch(() => {})
    return undefined
  }

  /** Sends a request whose reply holds the server's time, and takes a sample of it. */
  async timed<Reply>(request: () => Promise<Reply>, timeOf: (reply: Reply) => number): Promise<Reply> {
    const sentAt = this.#elapsed()
    const reply = await request()
    this.sample({ serverMs: timeOf(reply), sentAt })
    return reply
  }

  /** Takes a sample that was asked for at an instant of the timeline, and has just arrived. */
  sample({ serverMs, sentAt }: { readonly serverMs: number; readonly sentAt: number }): void {
    this.#sampledAt = this.#elapsed()
    this.#minOffset = serverMs - this.#sampledAt
    this.#maxOffset = serverMs + this.#stepMs - sentAt
  }

  /** An instant of the timeline in the server's time, in whole milliseconds: not later than it is. */
  toServer(at: number): number {
    return Math.floor(at + this.#minOffset)
  }

  /**
   * An instant of the server's time on the timeline: not later than it is, and not later than now. Of the future it can
   * only be when the server's clock was set back: then nobody knows how long ago it was, and it is `-Infinity`.
   */
  fromServer(serverMs: number): number {
    const at = Math.floor(serverMs - this.#maxOffset)
    if (at <= this.#seenAt) return at
    const now = this.#elapsed()
    this.#seenAt = now
    return at > now + MAX_AHEAD_MS ? Number.NEGATIVE_INFINITY : Math.min(at, now)
  }

  #sample(): Promise<void> {
    this.#sampling ??= this.timed(this.#ask, (now) => now)
      .then(() => {})
      .finally(() => (this.#sampling = undefined))
    return this.#sampling
  }
}
