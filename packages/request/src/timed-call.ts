import { Call } from './call.ts'
import type { Deadline } from './deadlines.ts'

/** A call with a time limit. It is its own member of the list of limits, which saves an allocation. */
export class TimedCall extends Call implements Deadline {
  at: number = Number.NaN
  before: Deadline | undefined = undefined
  after: Deadline | undefined = undefined
  isRunning = false
  readonly #expired: () => void

  constructor(outer: Call | undefined, expired: () => void, attempt?: number, origin?: Call) {
    super(outer, attempt === undefined ? ABORTABLE : { abortable: true, attempt, origin })
    this.#expired = expired
  }

  expire(): void {
    this.#expired()
  }
}

const ABORTABLE = { abortable: true }
