/**
 * The entries of one cache as a store of bytes has them. Invariant: what cannot be read or encoded is a fault of one
 * value, a miss, and never a failure of the store.
 */
import {
  type Codec,
  type Entry,
  type EntryHead,
  type MaybePromise,
  type ServerClock,
  type TierContext,
  createEntry,
  deadAt,
} from '@hotpath/contract'
import { isCodecError } from './codec-error.ts'
import { openValue, sealEntry } from './entry-frame.ts'
import { FrameContext } from './frame-context.ts'
import { type FrameHeader, readFrame } from './frame.ts'
import { keepShapes } from './kept-shapes.ts'

/** What a store's entries are read and written with. */
export interface TierFramesOptions {
  /** Values to bytes. */
  readonly codec: Codec
  /** The store's clock. */
  readonly clock: Pick<ServerClock, 'toServer' | 'fromServer'>
  /** Of the tier. */
  readonly context: TierContext
  /** What the bytes of a key are bound to: all that distinguishes it from other keys of the same store. */
  readonly boundKey: (key: string) => string
}

/** An entry in the form in which it is stored. */
export interface SealedEntry {
  /** Header and payload. */
  readonly frame: Uint8Array
  /** When its windows began, in milliseconds of the store's clock. */
  readonly storedAt: number
}

/** From here on it costs more to decode a value than to ask whether anybody may have it. */
const COSTLY_BYTES = 1_024
/** Keys of unreadable entries that are remembered until they are written. */
const MAX_UNREADABLE = 10_000

/**
 * Takes entries of a tier apart and puts them together, for a store that keeps bytes. Faults go to the tier's context.
 *
 * @example
 * ```ts
 * import { TierFrames, msgpack } from '@hotpath/codec'
 * import { type TierContext, createEntry, systemClock } from '@hotpath/contract'
 *
 * const elapsed = () => performance.now()
 * const context: TierContext = { name: 'users', clock: systemClock, elapsed, evicted: () => {}, fault: console.log }
 * const clock = { toServer: (at: number) => at, fromServer: (at: number) => at }
 * const frames = new TierFrames({ codec: msgpack(), clock, context, boundKey: (key) => `users:${key}` })
 * const windows = { createdAt: elapsed(), freshMs: 60_000, staleMs: 0, errorMs: 0, aheadMs: 0 }
 * const entry = createEntry({ value: 'Ada', tags: [], ...windows, epoch: 'e', asOf: 1 })
 * const sealed = await frames.seal('user:42', entry)
 * if (sealed) console.log((await frames.open('user:42', sealed.frame))?.value) // Ada
 * ```
 */
export class TierFrames {
  readonly #codec: Codec
  readonly #clock: TierFramesOptions['clock']
  readonly #context: TierContext
  readonly #boundKey: (key: string) => string
  readonly #unreadable = new Set<string>()

  constructor({ codec, clock, context, boundKey }: TierFramesOptions) {
    keepShapes()
    this.#codec = codec
    this.#clock = clock
    this.#context = context
    this.#boundKey = boundKey
  }

  /** The entry in a frame, without a promise where the codec needs none; `undefined` for what nobody may have. */
  open(key: string, bytes: Uint8Array): MaybePromise<Entry | undefined> {
    try {
      const frame = readFrame(bytes)
      const { header } = frame
      // The header alone says so, and the value need not be decoded.
      if (frame.payloadBytes >= COSTLY_BYTES && this.#context.outdated?.(key, header) === true) return undefined
      const value = openValue(frame, this.#codec, new FrameContext(this.#boundKey(key), frame))
      return value instanceof Promise
        ? value.then(
            (decoded) => this.#entryOf(header, decoded),
            (error: unknown) => this.#spoiled(key, error),
          )
        : this.#entryOf(header, value)
    } catch (error) {
      return this.#spoiled(key, error)
    }
  }

  /** What an entry is judged by, no value decoded; `undefined` for what cannot be read: another program may have written it. */
  headOf(bytes: Uint8Array): EntryHead | undefined {
    try {
      const { storedAt, ...header } = readFrame(bytes).header
      return { ...header, createdAt: this.#clock.fromServer(storedAt) }
    } catch (error) {
      return this.#report(error)
    }
  }

  /** Puts an entry into a frame; `undefined` for one that is dead, or whose value cannot be encoded. */
  async seal(key: string, entry: Entry): Promise<SealedEntry | undefined> {
    if (deadAt(entry) <= this.#context.elapsed()) return undefined
    try {
      const storedAt = Math.max(0, this.#clock.toServer(entry.createdAt))
      const frame = await sealEntry(entry, { codec: this.#codec, key: this.#boundKey(key), storedAt })
      return { frame, storedAt }
    } catch (error) {
      return this.#report(error)
    }
  }

  /**
   * Those of some keys under which an entry was met that cannot be read; they are not remembered any longer. What a
   * write is compared with may be damaged in it as well, so such an entry has to be removed before.
   */
  takeUnreadable(keys: readonly string[]): string[] {
    return this.#unreadable.size === 0 ? [] : keys.filter((key) => this.#unreadable.delete(key))
  }

  #entryOf(header: FrameHeader, value: unknown): Entry {
    const { epoch, asOf, storedAt, freshMs, staleMs, errorMs, aheadMs, tags } = header
    const createdAt = this.#clock.fromServer(storedAt)
    return createEntry({ value, tags, createdAt, freshMs, staleMs, errorMs, epoch, asOf, aheadMs })
  }

  #spoiled(key: string, error: unknown): undefined {
    if (isCodecError(error) && this.#unreadable.size < MAX_UNREADABLE) this.#unreadable.add(key)
    return this.#report(error)
  }

  /** What is wrong with one value is no fault of the store. */
  #report(error: unknown): undefined {
    if (!isCodecError(error)) throw error
    this.#context.fault(error)
    return undefined
  }
}
