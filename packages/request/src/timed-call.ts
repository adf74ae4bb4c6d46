import { Call } from './call.ts'
import type { Deadline } from './deadlines.ts'

const ABORTABLE = { abortable: true }

/** Who gave the limit. */
export interface Limiter {
  /** A call has taken too long. */
  expired(call: TimedCall): void
  /**
   * A call that is never made. It keeps the shape of these calls known while there is none, and with it what was
   * optimized for it.
   */
  sample?: TimedCall
}

/** A call with a time limit, and what settles it. It is its own member of the list of limits, which saves an allocation. */
export class TimedCall extends Call implements Deadline {
  at: number = Number.NaN
  before: Deadline | undefined = undefined
  after: Deadline | undefined = undefined
  isRunning = false
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  private readonly limiter: Limiter

  constructor(
    outer: Call | undefined,
    limiter: Limiter,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super(outer, ABORTABLE)
    this.limiter = limiter
    this.resolve = resolve
    this.reject = reject
  }

  expire(): void {
    this.limiter.expired(this)
  }
}
