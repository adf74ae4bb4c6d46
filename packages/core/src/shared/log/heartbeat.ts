/**
 * Contact with a shared log: asks every so often where it stands, and compares.
 *
 * Contact is the send time of the last question whose answer the stream has reached, on the cache's own timeline,
 * which does not stand still while the machine sleeps. Without contact for too long entries are misses, because records
 * may be waiting somewhere. The answer also shows what a stream cannot: a log that was replaced between two reads, or a
 * stream that has come to an end without a word.
 */
import {
  type Clock,
  type InvalidationLog,
  type LogHead,
  type Mark,
  type MaybePromise,
  timeLimit,
} from '@hotpath/contract'

/** What a heartbeat needs, and tells. */
export interface HeartbeatHost {
  readonly log: InvalidationLog
  readonly clock: Clock
  readonly everyMs: number
  elapsed(): number
  /** Where the mirror stands; `undefined` while there is none. */
  cursor(): Mark | undefined
  /** The highest position that any answer of the log has shown; `undefined` while there is no mirror. */
  known(): Mark | undefined
  /** The mirror is not of this log any more, or its stream is stuck. */
  stale(): void
  /** The log does not answer; told once until it does again. */
  silent(cause: unknown): void
  /** The mirror was up to date with the log at this instant. */
  contact(at: number): void
}

/** A question not answered for this many beats is given up. */
const MISSED = 5

export class Heartbeat {
  readonly #host: HeartbeatHost
  #cancel: (() => void) | undefined
  #stopped = false
  #isSilent = false
  /** Asked and answered, but the stream has not come so far. */
  #ahead: { readonly position: number; readonly sentAt: number; readonly cursor: number } | undefined

  constructor(host: HeartbeatHost) {
    this.#host = host
  }

  start(): void {
    this.#cancel = this.#host.clock.after(this.#host.everyMs, () => void this.#beat())
  }

  /** The stream has moved. */
  moved(): void {
    const cursor = this.#host.cursor()
    if (this.#ahead === undefined || cursor === undefined || cursor.position < this.#ahead.position) return
    this.#host.contact(this.#ahead.sentAt)
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
    const sentAt = this.#host.elapsed()
    const known = this.#host.known()
    const head = await this.#ask()
    if (this.#stopped) return
    if (head !== undefined && isBehind(head, known)) this.#host.stale()
    else if (head !== undefined) this.#compare(head, /* rule: contact-when-sent */ sentAt)
    this.start()
  }

  async #ask(): Promise<LogHead | undefined> {
    try {
      const head = await this.#inTime(this.#host.log.head())
      this.#isSilent = false
      return head
    } catch (cause) {
      if (!this.#isSilent && !this.#stopped) this.#host.silent(cause)
      this.#isSilent = true
      return undefined
    }
  }

  /** A question that is never answered must not be the last one. */
  async #inTime(answer: MaybePromise<LogHead>): Promise<LogHead> {
    let cancel = (): void => {}
    const late = new Promise<never>((_, reject) => {
      cancel = timeLimit(this.#host.clock, this.#host.everyMs * MISSED, () => reject(new Error('no response in time')))
      this.#cancel = cancel
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      cancel()
    }
  }

  #compare(head: LogHead, sentAt: number): void {
    const cursor = this.#host.cursor()
    if (cursor === undefined) return
    if (/* rule: beat-epoch */ cursor.epoch !== head.epoch) return this.#host.stale()
    if (/* rule: beat-position */ cursor.position >= head.position) {
      this.#ahead = undefined
      this.#host.contact(sentAt)
    } else if (this.#ahead !== undefined && this.#ahead.cursor === cursor.position) this.#host.stale()
    else this.#ahead = { position: head.position, sentAt, cursor: cursor.position }
  }
}

/** What was known when the question was sent cannot be ahead of the answer, unless the log was put back to an earlier state. */
function isBehind(head: LogHead, known: Mark | undefined): boolean {
  return known !== undefined && head.epoch === known.epoch && head.position < known.position
}
