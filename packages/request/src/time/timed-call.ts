import { Call } from '../call/call.ts'
import type { Deadline } from './deadlines.ts'

const ABORTABLE = { abortable: true }

/** Who gave the limit. */
export interface Limiter {
  /** A call has taken too long. */
  expired(call: TimedCall): void
}

/** A call with a time limit, and what settles it. It is its own member of the list of limits, which saves an allocation. */
export class TimedCall extends Call implements Deadline {
  at: number = Number.NaN
  before: Deadline | undefined = undefined
  after: Deadline | undefined = undefined
  isRunning = false
  isWaitedFor = false
  readonly reject: (error: unknown) => void
  private readonly limiter: Limiter

  constructor(outer: Call | undefined, limiter: Limiter, reject: (error: unknown) => void) {
    super(outer, ABORTABLE)
    this.limiter = limiter
    this.reject = reject
  }

  expire(): void {
    this.limiter.expired(this)
  }
}
