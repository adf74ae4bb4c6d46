import { formatDuration, RequestError } from '@hotpath/contract'
import { answersOf } from './batch-answers.ts'
import type { Carrier, Item } from './batch-item.ts'
import type { BatchPlan } from './batch-options.ts'
import { ambientCall, type CurrentCall } from './call.ts'
import type { Deadlines } from './deadlines.ts'
import { TimedCall } from './timed-call.ts'
import { invoke } from './wrapped.ts'

/** What came of one call of `loadMany`: an answer for each item, in their order, or one error for all. */
export type Outcome =
  | { readonly answers: readonly unknown[]; readonly error?: undefined }
  | { readonly answers?: undefined; readonly error: unknown }

/** What a run needs of its batcher. */
export interface RunTools<Key> {
  readonly plan: BatchPlan
  readonly deadlines: Deadlines | undefined
  readonly loadMany: (keys: readonly Key[], context: CurrentCall) => unknown
}

/** One call of `loadMany`. */
export class BatchRun<Key> implements Carrier {
  readonly call: TimedCall
  readonly #tools: RunTools<Key>
  readonly #items: readonly Item<Key>[]
  readonly #done: (outcome: Outcome) => void
  readonly #startedAt: number
  #waitedFor: number
  #isOver = false

  /** Begins it. `done` is called once, later. */
  constructor(tools: RunTools<Key>, items: readonly Item<Key>[], attempt: number, done: (outcome: Outcome) => void) {
    const { plan, deadlines, loadMany } = tools
    this.#tools = tools
    this.#items = items
    this.#done = done
    this.#waitedFor = items.length
    this.#startedAt = plan.events?.wants('batch') === true ? plan.clock.monotonic() : 0
    this.call = new TimedCall(undefined, () => this.#expire(), attempt, ambientCall())
    const keys: Key[] = []
    for (const item of items) {
      item.run = this
      keys.push(item.key)
    }
    deadlines?.add(this.call)
    invoke(this.call, loadMany as never, undefined, [keys, this.call]).then(
      (answer) => this.#answered(keys, answer),
      (error: unknown) => this.#end({ error }),
    )
  }

  leave(reason: unknown): void {
    this.#waitedFor--
    if (this.#waitedFor > 0 || this.#isOver) return
    this.call.abort(reason)
    this.#end({ error: reason })
  }

  #answered(keys: readonly Key[], answer: unknown): void {
    if (this.#isOver) return
    try {
      this.#end({ answers: answersOf(this.#tools.plan.name, this.#items, keys, answer) })
    } catch (error) {
      this.#end({ error })
    }
  }

  #expire(): void {
    const { name, timeoutMs, events } = this.#tools.plan
    const error = tooSlow(name, this.#items.length, timeoutMs)
    this.call.abort(error)
    if (events?.wants('timeout') === true) events.emit({ type: 'timeout', name, timeoutMs })
    this.#end({ error })
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#tools.deadlines?.remove(this.call)
    this.call.end()
    this.#tell(outcome)
    this.#done(outcome)
  }

  #tell({ answers }: Outcome): void {
    const { name, events, clock } = this.#tools.plan
    if (events?.wants('batch') !== true) return
    const size = this.#items.length
    const failed = answers === undefined ? size : answers.filter((answer) => answer instanceof Error).length
    const durationMs = clock.monotonic() - this.#startedAt
    events.emit({ type: 'batch', name, size, failed, attempt: this.call.attempt, durationMs })
  }
}

function tooSlow(name: string, keys: number, timeoutMs: number): RequestError {
  return new RequestError(
    'ERR_REQUEST_TIMEOUT',
    `\`${name}\` did not answer ${keys} keys within ${formatDuration(timeoutMs)}. Listen to \`signal\` in it, raise \`timeout\`, and see that it waits for no load of its own.`,
    { context: { name, keys, timeoutMs } },
  )
}
