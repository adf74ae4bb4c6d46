/** By how much an entry may be of the future. */
const MAX_AHEAD_MS = 1_000

/**
 * The server's clock as seen from a cache's timeline. A sample was taken between question and answer, so the offset is
 * known within those bounds; each use takes the bound that makes an entry older, never younger.
 */
export class ServerClock {
  #minOffset = 0
  #maxOffset = 0
  #isKnown = false

  get isKnown(): boolean {
    return this.#isKnown
  }

  /** @param serverMs - What the server's clock said between two instants of the timeline. */
  sample(serverMs: number, sentAt: number, receivedAt: number): void {
    this.#minOffset = serverMs - receivedAt
    this.#maxOffset = serverMs - sentAt
    this.#isKnown = true
  }

  /** An instant of the timeline in the server's time: not later than it is. */
  toServer(at: number): number {
    return Math.floor(at + this.#minOffset)
  }

  /**
   * An instant of the server's time on the timeline: not later than it is, and not later than now. Of the future it can
   * only be when the server's clock was set back: then nobody knows how long ago it was.
   */
  fromServer(serverMs: number, now: number): number {
    const at = Math.floor(serverMs - this.#maxOffset)
    return at > now + MAX_AHEAD_MS ? Number.NEGATIVE_INFINITY : Math.min(at, now)
  }
}
