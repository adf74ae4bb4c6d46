/**
 * Appends of one turn of the event loop go to the log together: each by itself would be a command and a reply of its
 * own. The first goes at once, so that a single one loses no time, and so does all that a log takes in without a
 * promise. What comes before the turn ends is appended then, in the order of the calls. What is more than the log takes
 * in one step waits for the step before it, so that neither this process nor the log is busy with it for long.
 *
 * Invariant: all of a step share the mark of its last record, and a write takes it for its own. Nothing of a step may
 * therefore concern what was claimed earlier in it: a key comes once, and nothing but keys comes after a key.
 */
import { type Clock, type Mark, type MaybePromise } from '@hotpath/contract'
import { Deadlines } from '@hotpath/contract/deadlines'
import { isPromise } from '../../time/chain.ts'
import type { Batch } from './pending-invalidations.ts'

/** What appending takes of its surroundings. */
export interface AppendTurnsHost {
  readonly clock: Clock
  /** Records of one step. */
  readonly maxRecords: number
  /** A step without a response for this long has failed. */
  readonly limitMs: number
  /** Asks the log for one step. May throw. */
  append(records: Batch): MaybePromise<Mark>
}

interface Waiting {
  readonly batch: Batch
  readonly resolve: (mark: Mark) => void
  readonly reject: (cause: unknown) => void
}

export class AppendTurns {
  readonly #host: AppendTurnsHost
  readonly #deadlines: Deadlines
  #waiting: Waiting[] = []
  /** Whether what comes now has to wait: for the end of the turn, or for what came before it. */
  #isGathering = false

  constructor(host: AppendTurnsHost) {
    this.#host = host
    this.#deadlines = new Deadlines(host.clock, host.limitMs)
  }

  /**
   * Appends what fits into one step.
   *
   * @returns Where the log has it; rejects when the outcome is unknown.
   */
  append(batch: Batch): MaybePromise<Mark> {
    if (this.#isGathering) return new Promise((resolve, reject) => void this.#waiting.push({ batch, resolve, reject }))
    const answer = this.#ask(batch)
    if (!isPromise(answer)) return answer
    this.#gather()
    return this.#deadlines.inTime(answer)
  }

  /** Ends all that is under way, and what waits. */
  close(): void {
    this.#reject(this.#waiting.splice(0), new Error('the cache was closed'))
    this.#deadlines.close()
  }

  #gather(): void {
    this.#isGathering = true
    const { clock } = this.#host
    if (clock.endOfTurn === undefined) queueMicrotask(() => this.#send())
    else clock.endOfTurn(() => this.#send())
  }

  /** Appends what waits, as much as one step takes. */
  #send(): void {
    const some = this.#take()
    this.#isGathering = this.#waiting.length > 0
    const [first] = some
    if (first === undefined) return
    const isFirstOfMore = this.#isGathering
    const records = some.length === 1 ? first.batch : some.flatMap(({ batch }) => batch)
    this.#deadlines.inTime(this.#ask(records)).then(
      (mark) => {
        // The log works on the next step while callers go on.
        if (isFirstOfMore) this.#send()
        for (const { resolve } of some) resolve(mark)
      },
      (cause: unknown) => {
        // What waits was called for later, and must not overtake it.
        const later = isFirstOfMore ? this.#waiting.splice(0) : []
        if (isFirstOfMore) this.#isGathering = false
        this.#reject([...some, ...later], cause)
      },
    )
  }

  #take(): Waiting[] {
    const step = new Step(this.#host.maxRecords)
    const end = this.#waiting.findIndex(({ batch }) => !step.takes(batch))
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  #reject(some: readonly Waiting[], cause: unknown): void {
    for (const { reject } of some) reject(cause)
  }

  #ask(batch: Batch): MaybePromise<Mark> {
    try {
      return this.#host.append(batch)
    } catch (cause) {
      return Promise.reject(cause)
    }
  }
}

/** What goes into one step: see the invariant above. */
class Step {
  readonly #maxRecords: number
  readonly #keys = new Set<string>()
  #records = 0

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords
  }

  /** Adds a batch, if it may come after what is there. The first always may. */
  takes(batch: Batch): boolean {
    if (this.#records > 0) {
      if (this.#records + batch.length > this.#maxRecords) return false
      if (!batch.every(({ scope }) => (scope.type === 'key' ? !this.#keys.has(scope.key) : this.#keys.size === 0)))
        return false
    }
    this.#records += batch.length
    for (const { scope } of batch) if (scope.type === 'key') this.#keys.add(scope.key)
    return true
  }
}
