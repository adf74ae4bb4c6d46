/**
 * Keeps a failing tier from being asked: closed, open after some failures in a row, half-open after a pause, when one
 * call probes. (Nygard, "Release It!", 2007.) Pure: time is given.
 */
const FAILURES_TO_OPEN = 5
const PAUSE_MS = 5_000

export class Breaker {
  #failures = 0
  #probeAt = 0

  /** Whether a call may go out now. Half-open lets one through per pause. */
  allows(now: number): boolean {
    if (this.#failures < FAILURES_TO_OPEN) return true
    if (now < this.#probeAt) return false
    this.#probeAt = now + PAUSE_MS
    return true
  }

  /** Whether the last call failed. */
  get isFailing(): boolean {
    return this.#failures > 0
  }

  succeeded(): void {
    this.#failures = 0
  }

  failed(now: number): void {
    this.#failures++
    if (this.#failures >= FAILURES_TO_OPEN) this.#probeAt = now + PAUSE_MS
  }
}
