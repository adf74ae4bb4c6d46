/** Time as the engine sees it. Tests pass a fake one. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. May jump either way. */
  now(): number
  /** Milliseconds since an arbitrary moment; never jumps back, but may stand still while the machine sleeps. */
  monotonic(): number
  /**
   * Calls `callback` once after `delayMs`; delays above 2^31 ms are kept exactly. The timer does not keep the process
   * alive: see `hold`. Returns a function that cancels it.
   */
  after(delayMs: number, callback: () => void): () => void
  /**
   * Keeps the process alive until the function that it returns is called: a caller waits for something that only a
   * timer may bring about. Calling that function twice does no harm. Absent where a process does not end by itself,
   * as in a browser.
   */
  hold?(): () => void
  /** Calls once when this turn of the event loop ends, after the input that is at hand. Where there is such a moment. */
  endOfTurn?(callback: () => void): void
}

/** A number from 0 up to but without 1. Tests pass a seeded one. */
export type Random = () => number
