/**
 * Reads the records of a cache's log one after another, each once: those that followers are called with, and, where some
 * were missed, those that the log has kept.
 *
 * Invariant: what is buffered comes after the cursor that the view had when the buffer was begun, and what is read from
 * the log reaches at least to there. So there is no hole between the two, and what is in both is known by its position.
 */
import { type Invalidation, type LogRecord, type Mark, type Token, toToken } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import { pause } from '../time/pause.ts'
import { type CacheEventOf, invalidatedEvent } from '../watch/events.ts'

/** Some records could not be read: anything may have been invalidated. */
export interface ChangeGap {
  /** What tells it from a record. */
  readonly type: 'gap'
  /** Where the records go on: `from` of a later call, once the gap is dealt with. */
  readonly token: Token
}

/** A record of the invalidation log, or a gap in it. `own` is `false` for what was read from the log again. */
export type Change = CacheEventOf<'invalidated'> | ChangeGap

/** A record as it was heard. */
interface Heard {
  readonly record: Invalidation & Mark
  readonly own: boolean
}

/** Beyond it they are read from the log again, or are a gap where it keeps none. One append has a thousand at most. */
const MAX_BUFFERED = /* bound: buffered */ 10_000
/** A log that is away is asked again after this. */
const RETRY_MS = 1_000

export class ChangeReader {
  readonly #engine: Engine
  readonly #follower = (record: Invalidation & Mark): void => this.#heard(record)
  readonly #stopListening: () => void
  /** The cursor that the buffer follows; `undefined`: records may have come that are not in it. */
  #start: Mark | undefined
  /** In the order of the log. */
  #buffer: Heard[] = []
  /** Up to where everything was returned; `undefined`: that is not known yet. */
  #last: Mark | undefined
  /** Whether `#last` may be ahead of the log: it came from outside. */
  #isUnsure: boolean
  #wake = (): void => {}
  #ended = false

  /** Follows from here on. */
  constructor(engine: Engine, from: Mark | undefined) {
    this.#engine = engine
    this.#start = this.#cursor()
    this.#last = from ?? this.#start
    this.#isUnsure = from !== undefined
    engine.view.followers.add(this.#follower)
    this.#stopListening = engine.events.on('reset', () => this.#missed())
  }

  /** Idempotent. */
  end(): void {
    this.#ended = true
    this.#buffer = []
    this.#engine.view.followers.delete(this.#follower)
    this.#stopListening()
    this.#wake()
  }

  /** Until it is ended. */
  async *read(): AsyncGenerator<Change, undefined> {
    while (!this.#ended) {
      const start = this.#start
      if (start === undefined) {
        await this.#begin()
        continue
      }
      if (this.#last === undefined) {
        // There was no view of the log at the call, so nobody knows what came between the two.
        yield this.#gap(start)
        continue
      }
      if (!isUpTo(this.#last, start)) {
        yield* this.#catchUp(this.#last, start)
        continue
      }
      if (this.#isUnsure) {
        await this.#makeSure(this.#last, start)
        continue
      }
      const next = this.#buffer.shift()
      if (next === undefined) await this.#more()
      else if (!isUpTo(this.#last, next.record)) yield this.#take(next)
    }
  }

  /** Begins the buffer where the view is, or waits for it. */
  async #begin(): Promise<void> {
    this.#start = this.#cursor()
    // A beginning that has failed once is not waited for again.
    if (this.#start === undefined && (await this.#engine.view.beginning()) !== true) await this.#rest()
  }

  /** Returns some of what was missed, as far as the log has kept it, and a gap where it has not. */
  async *#catchUp(last: Mark, start: Mark): AsyncGenerator<Change, undefined> {
    const records = await this.#recordsAfter(last)
    if (records === 'away') return await this.#rest()
    if (records !== 'lost') {
      for (const record of records) if (!this.#ended) yield this.#take({ record, own: false })
      return
    }
    // What was missed meanwhile is part of the next gap.
    if (this.#start === start) yield this.#gap(start)
  }

  /** What came before is lost, as far as it was not returned. */
  #gap(start: Mark): Change {
    this.#last = start
    return { type: 'gap', token: toToken(start) }
  }

  /** One that is ahead of this process may be of a record on its way here. One that is ahead of the log was made up. */
  async #makeSure(last: Mark, start: Mark): Promise<void> {
    try {
      const head = last.position === start.position ? start : await (this.#engine.view.stream?.log.head() ?? start)
      this.#isUnsure = false
      if (!isUpTo(head, last) && head.epoch === last.epoch) this.#last = start
    } catch {
      await this.#rest()
    }
  }

  async #recordsAfter({ epoch, position }: Mark): Promise<readonly LogRecord[] | 'lost' | 'away'> {
    const log = this.#engine.view.stream?.log
    if (log?.recordsAfter === undefined) return 'lost'
    try {
      const head = await log.head()
      if (head.epoch !== epoch || head.position < position) return 'lost'
      const records = await log.recordsAfter(position)
      const [first] = records
      return first?.previous === position && first.epoch === epoch ? records : 'lost'
    } catch {
      return 'away'
    }
  }

  #cursor(): Mark | undefined {
    const { view } = this.#engine
    return view.stream === undefined ? view.mark() : view.stream.cursor()
  }

  #heard(record: Invalidation & Mark): void {
    if (this.#start === undefined) return
    if (this.#buffer.length >= MAX_BUFFERED) return this.#missed()
    // A follower before this one may have appended in its turn, so that the later record came first.
    const before = this.#buffer.findLastIndex(({ record: { position } }) => position < record.position)
    this.#buffer.splice(before + 1, 0, { record, own: this.#engine.view.isOwn(record) })
    this.#wake()
  }

  #missed(): void {
    this.#start = undefined
    this.#buffer = []
    this.#wake()
  }

  #take({ record, own }: Heard): Change {
    this.#last = { epoch: record.epoch, position: record.position }
    return invalidatedEvent(record, own)
  }

  #more(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  async #rest(): Promise<undefined> {
    if (this.#ended) return
    const [over, cancel] = pause(this.#engine.clock, RETRY_MS)
    await Promise.race([over, this.#more()])
    cancel()
  }
}

function isUpTo(mark: Mark, other: Mark): boolean {
  return mark.epoch === other.epoch && mark.position >= other.position
}
