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
  /** Kept alive for the reason told at `Call.kept`. */
  static override readonly kept: TimedCall = new TimedCall(undefined, { expired() {} }, ignore, ignore)
  at: number = Number.NaN
  before: Deadline | undefined = undefined
  after: Deadline | undefined = undefined
  isRunning = false
  isWaitedFor = false
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

function ignore(): void {}
