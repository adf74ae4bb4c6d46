/**
 * What is stored, as entries: not what nobody can read, what is of a time that is still to come, or later than the log. At
 * once where there is nothing to wait for, as there may be thousands.
 */
import {
  CodecError,
  type Entry,
  type Mark,
  type MaybePromise,
  type TierContext,
  displayKey,
  isHotpathError,
  isPromise,
} from '@hotpath/contract'
import { withKey } from '@hotpath/contract/values'
import type { ValueCipher } from './cipher.ts'
import type { LogBound } from './log-bound.ts'
import { type EntryRecord, type Moment, fromRecord } from './record.ts'
import { SLACK_MS } from './wall-clock.ts'

/** What a reader works with. */
export interface EntryReaderOptions {
  readonly context: Pick<TierContext, 'fault'>
  readonly cipher: ValueCipher | undefined
  readonly bound: Pick<LogBound, 'includes'>
  readonly moment: () => Moment
  /** How often the clock was set back. */
  readonly clears: () => number
  /** An entry was used, at a wall time. */
  readonly used: (key: string, at: number) => void
  /** A record that nobody can read is no use to the next reader either. What is stored from a mark on is another. Never rejects. */
  readonly drop: (key: string, below: Mark | undefined) => Promise<void>
}

/** What was read under a key. */
export interface Stored {
  readonly key: string
  /** `undefined`: nothing. */
  readonly stored: unknown
  /** How often the clock had been set back before it was read. */
  readonly clears: number
  /** Whether it counts as used. Default `true`. */
  readonly counts?: boolean
}

export class EntryReader {
  readonly #options: EntryReaderOptions
  /** Keys of what is being dropped: who reads it meanwhile has nothing to add. */
  readonly #dropping = new Set<string>()

  constructor(options: EntryReaderOptions) {
    this.#options = options
  }

  /** The entry; `undefined` for what is none, or none any more. Never rejects. */
  entryOf(stored: Stored): MaybePromise<Entry | undefined> {
    return this.#entryAt(this.#options.moment(), stored)
  }

  #entryAt(now: Moment, stored: Stored): MaybePromise<Entry | undefined> {
    if (stored.stored === undefined) return undefined
    try {
      const read = this.#read(now, stored)
      return isPromise(read) ? read.catch((cause: unknown) => this.#unreadable(stored, cause)) : read
    } catch (cause) {
      return this.#unreadable(stored, cause)
    }
  }

  /** Of many, in their order. Never rejects. */
  entriesOf(all: readonly Stored[]): MaybePromise<readonly (Entry | undefined)[]> {
    // Two clocks are read for it, which takes as long as the rest of an entry.
    const now = this.#options.moment()
    const entries = all.map((stored) => this.#entryAt(now, stored))
    if (entries.some(isPromise)) return Promise.all(entries.map(async (entry) => entry))
    return entries as readonly (Entry | undefined)[]
  }

  #read(now: Moment, stored: Stored): MaybePromise<Entry | undefined> {
    const { cipher } = this.#options
    const record = Object(stored.stored) as Partial<EntryRecord>
    // Options may have changed since it was stored.
    if ((record.isEncrypted === true) !== (cipher !== undefined))
      throw new TypeError(cipher === undefined ? 'it is encrypted' : 'it is not encrypted')
    if (cipher === undefined) return this.#judged(now, stored, stored.stored)
    return cipher.decrypt(record.value, stored.key).then((value) => this.#judged(now, stored, { ...record, value }))
  }

  #judged(now: Moment, stored: Stored, record: unknown): MaybePromise<Entry | undefined> {
    const { bound, clears } = this.#options
    const entry = fromRecord(record, now)
    if (entry === undefined) throw new TypeError('it is no entry')
    // Of a time that is still to come, in which the clock was set.
    if (stored.clears !== clears() || entry.createdAt > now.elapsed + SLACK_MS) return undefined
    const isIncluded = bound.includes(entry)
    return isPromise(isIncluded)
      ? isIncluded.then((isOf) => this.#found(now, stored, entry, isOf))
      : this.#found(now, stored, entry, isIncluded)
  }

  #found({ wall }: Moment, { key, counts = true }: Stored, entry: Entry, isIncluded: boolean): Entry {
    if (!isIncluded) throw new TypeError('it is later than the log')
    if (counts) this.#options.used(key, wall)
    return entry
  }

  #unreadable({ key, stored }: Stored, cause: unknown): undefined {
    const { context, drop } = this.#options
    if (this.#dropping.has(key)) return undefined
    this.#dropping.add(key)
    const { epoch, asOf } = Object(stored) as Partial<EntryRecord>
    void drop(key, epoch === undefined ? epoch : { epoch, position: Number(asOf) + 1 }).finally(() =>
      this.#dropping.delete(key),
    )
    const shown = displayKey(key)
    context.fault(
      isHotpathError(cause, 'ERR_CODEC_KEY')
        ? withKey(cause as CodecError, key)
        : new CodecError(
            'ERR_CODEC_FRAME',
            `What IndexedDB holds for \`${shown}\` cannot be read, so it is dropped. Somebody else may write into this database.`,
            { cause, context: { key: shown } },
          ),
    )
    return undefined
  }
}
