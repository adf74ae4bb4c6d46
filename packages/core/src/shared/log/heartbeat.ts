/**
 * Contact with a shared log: asks every so often where it stands, and compares.
 *
 * Contact is the send time of the last question whose answer the stream has reached, on the cache's own timeline,
 * which does not stand still while the machine sleeps. Without contact for too long entries are misses, because records
 * may be waiting somewhere. The answer also shows what a stream cannot: a log that was replaced between two reads, or a
 * stream that has come to an end without a word.
 */
import { type LogHead, type Mark, type MaybePromise, timeLimit } from '@hotpath/contract'
import { type ViewContext, markOf } from './view-state.ts'

/** A question not answered for this many beats is given up. */
const MISSED = 5

export class Heartbeat {
  readonly #context: ViewContext
  readonly #everyMs: number
  #cancel: (() => void) | undefined
  #stopped = false
  #isSilent = false
  /** Asked and answered, but the stream has not come so far. */
  #ahead: { readonly position: number; readonly sentAt: number; readonly cursor: number } | undefined

  constructor(context: ViewContext, everyMs: number) {
    this.#context = context
    this.#everyMs = everyMs
  }

  start(): void {
    this.#cancel = this.#context.clock.after(this.#everyMs, () => void this.#beat())
  }

  /** The stream has moved. */
  moved(): void {
    const { positions, cursor } = this.#context.state
    if (this.#ahead === undefined || positions === undefined || cursor < this.#ahead.position) return
    this.#context.report({ type: 'contact', at: this.#ahead.sentAt })
    this.#ahead = undefined
  }

  /** A new mirror begins. */
  reset(): void {
    this.#ahead = undefined
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  async #beat(): Promise<void> {
    const sentAt = this.#context.elapsed()
    const known = markOf(this.#context.state)
    const head = await this.#ask()
    if (this.#stopped) return
    if (head !== undefined && isBehind(head, known)) this.#context.report({ type: 'stale' })
    else if (head !== undefined) this.#compare(head, /* rule: contact-when-sent */ sentAt)
    this.start()
  }

  async #ask(): Promise<LogHead | undefined> {
    try {
      const head = await this.#inTime(this.#context.log.head())
      this.#isSilent = false
      return head
    } catch (cause) {
      if (!this.#isSilent && !this.#stopped) this.#context.report({ type: 'silent', cause })
      this.#isSilent = true
      return undefined
    }
  }

  /** A question that is never answered must not be the last one. */
  async #inTime(answer: MaybePromise<LogHead>): Promise<LogHead> {
    let cancel = (): void => {}
    const late = new Promise<never>((_, reject) => {
      cancel = timeLimit(this.#context.clock, this.#everyMs * MISSED, () => reject(new Error('no response in time')))
      this.#cancel = cancel
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      cancel()
    }
  }

  #compare(head: LogHead, sentAt: number): void {
    const { positions, epoch, cursor } = this.#context.state
    if (positions === undefined) return
    if (/* rule: beat-epoch */ epoch !== head.epoch) return this.#context.report({ type: 'stale' })
    if (/* rule: beat-position */ cursor >= head.position) {
      this.#ahead = undefined
      this.#context.report({ type: 'contact', at: sentAt })
    } else if (this.#ahead !== undefined && this.#ahead.cursor === cursor) this.#context.report({ type: 'stale' })
    else this.#ahead = { position: head.position, sentAt, cursor }
  }
}

/** What was known when the question was sent cannot be ahead of the answer, unless the log was put back to an earlier state. */
function isBehind(head: LogHead, known: Mark | undefined): boolean {
  return known !== undefined && head.epoch === known.epoch && head.position < known.position
}
