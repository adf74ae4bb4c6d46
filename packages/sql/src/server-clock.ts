import type { TierContext } from '@hotpath/contract'
import type { StoreClock } from './backend.ts'

/** Two clocks drift apart, so the offset is asked for again. */
const RESAMPLE_MS = 30_000
/** By how much what was stored may be of the future. */
const TOLERANCE_MS = 1_000

/**
 * A server's clock as seen from a cache's timeline. A sample was taken between question and answer, so the offset is
 * known within those bounds; each use takes the bound that makes an entry older, never younger.
 */
export class ServerClock implements StoreClock {
  readonly #context: TierContext
  readonly #ask: () => Promise<number>
  #minOffset = 0
  #maxOffset = 0
  #sampledAt: number | undefined
  #sampling: Promise<void> | undefined

  /** @param ask - Asks the server for its time, in milliseconds since 1970. */
  constructor(context: TierContext, ask: () => Promise<number>) {
    this.#context = context
    this.#ask = ask
  }

  async ready(): Promise<void> {
    if (this.#sampledAt === undefined) return this.#sample()
    // The old offset serves meanwhile, and the next call tries again when this one fails.
    if (this.#context.elapsed() - this.#sampledAt > RESAMPLE_MS) void this.#sample().catch(() => {})
  }

  /** Asks something that brings the server's time along. */
  async timed<Answer>(ask: () => Promise<Answer>, timeOf: (answer: Answer) => number): Promise<Answer> {
    const sentAt = this.#context.elapsed()
    const answer = await ask()
    this.#sampledAt = this.#context.elapsed()
    this.#minOffset = timeOf(answer) - this.#sampledAt
    // Times come in whole milliseconds, rounded down.
    this.#maxOffset = timeOf(answer) + 1 - sentAt
    return answer
  }

  toStore(at: number): number {
    return Math.floor(at + this.#minOffset)
  }

  fromStore(at: number): number {
    const instant = Math.floor(at - this.#maxOffset)
    // The clock was set back, and nobody knows how old this is.
    return instant > this.#context.elapsed() + TOLERANCE_MS ? Number.NEGATIVE_INFINITY : instant
  }

  #sample(): Promise<void> {
    this.#sampling ??= this.timed(this.#ask, (now) => now)
      .then(() => {})
      .finally(() => (this.#sampling = undefined))
    return this.#sampling
  }
}
