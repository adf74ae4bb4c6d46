/**
 * This node's way to the log: appends, waits for an answer within a bound, and appends again what has an unknown
 * outcome or may have been lost with an earlier life of the log. See `pending-invalidations.ts` for what holds meanwhile.
 */
import { type Invalidation, LogError, type Mark, type MaybePromise, type Strength } from '@hotpath/contract'
import type { Acknowledged } from './acknowledged.ts'
import { AppendTurns } from './append-turns.ts'
import { chain, isPromise } from '../../time/chain.ts'
import { idOf } from './invalidation-set.ts'
import { OwnRecords } from './own-records.ts'
import { type Batch, PendingInvalidations } from './pending-invalidations.ts'
import type { ViewContext } from './view-state.ts'

const RETRY_MS = 1_000
/** An append that is not answered for this long has an unknown outcome. */
const APPEND_MS = 5_000
/** Records of one append, unless the log takes fewer: far fewer than a log keeps for its followers, so that they come after. */
const MAX_RECORDS = /* bound: records */ 1_000

export class OwnAppends {
  readonly #context: ViewContext
  /** Remembers what was acknowledged, where the log may lose it. */
  readonly #remembered: Acknowledged | undefined
  /** Records of one append. */
  readonly maxRecords: number
  readonly #pending = new PendingInvalidations()
  readonly #turns: AppendTurns
  readonly #records = new OwnRecords()
  /** What a log is being asked that may deliver its records before it returns. */
  #asking: Batch = []
  /** Calls that wait for the log. */
  #underWay = 0
  #whenIdle: (() => void)[] = []
  #cancelRetry: (() => void) | undefined
  #closed = false

  constructor(context: ViewContext, remembered: Acknowledged | undefined) {
    const { log, clock } = context
    this.#context = context
    this.#remembered = remembered
    this.maxRecords = Math.min(MAX_RECORDS, log.maxRecords ?? MAX_RECORDS)
    this.#turns = new AppendTurns({
      clock,
      maxRecords: this.maxRecords,
      limitMs: APPEND_MS,
      append: (records) => this.#ask(records),
      nextTask: log.nextTask,
    })
  }

  /** The strongest invalidation without a position yet that matches. */
  strengthFor(key: string, tags: readonly string[]): Strength | undefined {
    return /* rule: pending */ this.#pending.empty ? undefined : this.#pending.strengthFor(key, tags)
  }

  /** Whether this process appended a record, or the same is on its way to the log. */
  has(record: Invalidation & Mark): boolean {
    if (this.#records.has(record) || this.#pending.has(record)) return true
    return this.#asking.some((invalidation) => idOf(invalidation) === idOf(record))
  }

  /** Whether an invalidation of unknown outcome matches. */
  isUnconfirmed(key: string, tags: readonly string[]): boolean {
    return this.#pending.isUnconfirmed(key, tags)
  }

  /**
   * Appends parts one after another, each with a mark of its own: between two of them others may append. From the call
   * on all of them hold on this node.
   *
   * @param parts - Each of at most `maxRecords`.
   * @throws LogError `ERR_LOG_UNAVAILABLE` when the outcome is unknown; they keep their effect here and are appended again.
   */
  append(parts: readonly Batch[]): MaybePromise<readonly Mark[]> {
    const marks: Mark[] = []
    for (const [index, part] of parts.entries()) {
      const answer = this.#turns.append(part)
      if (isPromise(answer)) return this.#appendLater(parts.slice(index), answer, marks)
      this.#context.report({ type: 'accepted', invalidations: part, mark: answer })
      marks.push(answer)
    }
    return marks
  }

  /** Appends what no call waits for. From here on it holds on this node. */
  appendBehind(invalidations: Batch): void {
    if (invalidations.length === 0) return
    this.#pending.add(invalidations)
    this.#postpone(invalidations)
    this.#retry()
  }

  /** The log is in this epoch. Another life may not have what the one before acknowledged: replication is not always waited for. */
  logIsIn(epoch: string): void {
    const lost = this.#remembered?.lostWith(epoch, this.#context.clock.monotonic()) ?? []
    /* rule: append-lost */
    this.appendBehind(lost)
  }

  /** When what is being appended has been answered, one way or the other. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#underWay === 0) resolve()
      else this.#whenIdle.push(resolve)
    })
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry?.()
    this.#turns.close()
  }

  /** One step of the log: of one call, or of several. */
  #ask(records: Batch): MaybePromise<Mark> {
    const outer = this.#asking
    this.#asking = records
    try {
      return chain(this.#context.log.append(records), (mark) => {
        const { epoch, cursor } = this.#context.state
        this.#records.acknowledged(records.length, mark, { epoch, position: cursor })
        return mark
      })
    } finally {
      this.#asking = outer
    }
  }

  #appendLater(parts: readonly Batch[], first: Promise<Mark>, marks: Mark[]): Promise<readonly Mark[]> {
    for (const part of parts) this.#pending.add(part)
    for (const part of parts) for (const invalidation of part) this.#context.report({ type: 'changed', invalidation })
    this.#underWay++
    const done = this.#send(parts, first, marks)
    const end = (): void => this.#ended()
    done.then(end, end)
    return done
  }

  #ended(): void {
    if (--this.#underWay === 0) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  /** Appends what is in effect already. What is not acknowledged waits to be appended again. */
  async #send(parts: readonly Batch[], first?: Promise<Mark>, marks: Mark[] = []): Promise<readonly Mark[]> {
    let sent = 0
    try {
      for (const part of parts) {
        const mark = await (sent === 0 && first !== undefined ? first : this.#turns.append(part))
        this.#accepted(part, mark)
        marks.push(mark)
        sent++
      }
      return marks
    } catch (cause) {
      for (const part of parts.slice(sent)) this.#postpone(part)
      throw unconfirmed(cause)
    }
  }

  #accepted(batch: Batch, mark: Mark): void {
    // First into the mirror, then out of effect: between the two nothing may slip through.
    this.#context.report({ type: 'accepted', invalidations: batch, mark })
    this.#pending.settle(batch)
    // What was judged by the pending ones may be judged otherwise by their position.
    for (const invalidation of batch) this.#context.report({ type: 'changed', invalidation })
    this.#remembered?.add(batch, mark, this.#context.clock.monotonic())
  }

  #postpone(batch: Batch): void {
    // It may mean more than what was called for.
    for (const wider of this.#pending.postpone(batch)) this.#context.report({ type: 'changed', invalidation: wider })
    /* rule: retry */
    if (!this.#closed) this.#cancelRetry ??= this.#context.clock.after(RETRY_MS, () => this.#retry())
  }

  #retry(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    if (this.#closed) return
    const batch = this.#pending.take(this.maxRecords)
    if (batch.length === 0) return
    this.#send([batch]).then(
      () => this.#retry(),
      () => {},
    )
  }
}

/** What callers get when the log does not confirm what they appended. */
function unconfirmed(cause: unknown): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    'The invalidation log did not confirm the invalidation. It holds in this process and is retried, but other processes may not know of it yet. Check the connection of the tier that brings the log.',
    { cause },
  )
}
