/**
 * Appends of one turn of the event loop go to the log together: each by itself would be a command and a reply of its
 * own. The first goes at once, so that a single one loses no time, and so does all that a log takes in without a
 * promise. What comes before the turn ends is appended then, in the order of the calls. What is more than the log takes
 * in one step waits for the step before it, so that neither this process nor the log is busy with it for long. Each caller
 * goes on with what costs more than its append (it judges, measures and stores a value), so where a page has to paint
 * they go on some at a time.
 *
 * Invariant: all of a step share the mark of its last record, and a write takes it for its own. Nothing of a step may
 * therefore concern what was claimed earlier in it: a key comes once, and nothing but keys comes after a key.
 */
import { type Clock, type Mark, type MaybePromise } from '@hotpath/contract'
import { Deadlines } from '@hotpath/contract/deadlines'
import { isPromise } from '../../time/chain.ts'
import type { Batch } from './pending-invalidations.ts'

/** How many callers go on in one task of a page: some milliseconds of a slow machine. */
const MAX_CALLERS = 200

/** What appending takes of its surroundings. */
export interface AppendTurnsHost {
  readonly clock: Clock
  /** Records of one step. */
  readonly maxRecords: number
  /** A step without a response for this long has failed. */
  readonly limitMs: number
  /** Asks the log for one step. May throw. */
  append(records: Batch): MaybePromise<Mark>
  /** See `InvalidationLog.nextTask`. */
  readonly nextTask?: ((callback: () => void) => void) | undefined
}

interface Waiting {
  readonly batch: Batch
  readonly resolve: (mark: Mark) => void
  readonly reject: (cause: unknown) => void
}

export class AppendTurns {
  readonly #host: AppendTurnsHost
  readonly #deadlines: Deadlines
  /** Callers whose appends have ended, and that do not know it yet. */
  readonly #ended: (() => void)[] = []
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
    this.#end(this.#waiting.splice(0), ({ reject }) => reject(new Error('the cache was closed')))
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
    const isFirstOfMore = this.#waiting.length > 0
    this.#isGathering = isFirstOfMore
    if (some.length === 0) return
    const records = some.flatMap(({ batch }) => batch)
    this.#deadlines.inTime(this.#ask(records)).then(
      (mark) => {
        // The log works on the next step while callers go on.
        if (isFirstOfMore) this.#send()
        this.#end(some, ({ resolve }) => resolve(mark))
      },
      (cause: unknown) => {
        // What waits was called for later, and must not overtake it.
        if (isFirstOfMore) {
          this.#isGathering = false
          some.push(...this.#waiting.splice(0))
        }
        this.#end(some, ({ reject }) => reject(cause))
      },
    )
  }

  /** What goes into one step: see the invariant above. The first always does. */
  #take(): Waiting[] {
    const keys = new Set<string>()
    let records = 0
    let end = 0
    for (const { batch } of this.#waiting) {
      if (records > 0 && records + batch.length > this.#host.maxRecords) break
      if (batch.some(({ scope }) => (scope.type === 'key' ? keys.has(scope.key) : keys.size > 0))) break
      records += batch.length
      end++
      for (const { scope } of batch) if (scope.type === 'key') keys.add(scope.key)
    }
    return this.#waiting.splice(0, end)
  }

  /** Callers of one step go on, behind those of the step before. */
  #end(some: readonly Waiting[], settle: (one: Waiting) => void): void {
    const isNext = this.#ended.length === 0
    for (const one of some) this.#ended.push(() => settle(one))
    if (isNext) this.#goOn()
  }

  #goOn(): void {
    const { nextTask } = this.#host
    for (const settle of this.#ended.splice(0, nextTask === undefined ? Number.POSITIVE_INFINITY : MAX_CALLERS))
      settle()
    if (this.#ended.length > 0) nextTask?.(() => this.#goOn())
  }

  #ask(batch: Batch): MaybePromise<Mark> {
    try {
      return this.#host.append(batch)
    } catch (cause) {
      return Promise.reject(cause)
    }
  }
}
