/** Time as the engine sees it. Tests pass a fake one. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. May jump either way. */
  now(): number
  /** Milliseconds since an arbitrary moment; never jumps back, but may stand still while the machine sleeps. */
  monotonic(): number
  /**
   * Calls `callback` once after `delayMs`; delays above 2^31 ms are kept exactly. The timer never keeps a process
   * alive. Returns a function that cancels it.
   */
  after(delayMs: number, callback: () => void): () => void
  /** Calls once when this turn of the event loop ends, after the input that is at hand. Where there is such a moment. */
  endOfTurn?(callback: () => void): void
}

/** A number from 0 up to but without 1. Tests pass a seeded one. */
export type Random = () => number
