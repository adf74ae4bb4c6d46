/** Remembers which keys failed to load, and until when their next load waits. Bounded: the oldest is forgotten first. */
const MAX_KEYS = /* bound: backoffs */ 10_000

export class Backoff {
  readonly #until = new Map<string, number>()

  failed(key: string, until: number): void {
    this.#until.delete(key)
    this.#until.set(key, until)
    if (this.#until.size > MAX_KEYS) this.#until.delete(this.#until.keys().next().value ?? key)
  }

  succeeded(key: string): void {
    this.#until.delete(key)
  }

  /** Milliseconds that a load of the key has to wait. */
  waitMs(key: string, now: number): number {
    const until = this.#until.get(key)
    if (until === undefined) return 0
    if (until > now) return until - now
    this.#until.delete(key)
    return 0
  }
}
