/**
 * What a database does for a store and a log. Everything above this line is the same for all databases, everything
 * below it is SQL.
 */
import type { LogHead, LogRecord, LogSnapshot, Mark, WireInvalidation } from '@hotpath/contract'

/** An entry as it lies in its table. */
export interface StoredFrame {
  readonly key: string
  readonly frame: Uint8Array
}

/** An entry on its way into its table. */
export interface FrameToStore extends StoredFrame {
  readonly epoch: string
  readonly asOf: number
  /** By the database's clock, in milliseconds since 1970; `Infinity`: never. */
  readonly expiresAt: number
}

/** The entries of one cache name. */
export interface EntryTable {
  /** Whole frames by key; what is not there is left out. */
  read(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
  /** Stores each, unless one of the same epoch and a larger asOf is there. No key comes twice. Writes of one turn go out together. */
  write(frames: readonly FrameToStore[]): Promise<void>
  /** Removes entries, see `TierStore.delete`. */
  remove(keys: readonly string[], below?: Mark): Promise<void>
  clear(): Promise<void>
  /** Some entries with keys behind one, in the order of keys; none at the end. */
  scan(after: string | undefined): Promise<readonly StoredFrame[]>
  /** Removes some of what has expired or is over the bound; `true` when there may be more of it. */
  sweep(): Promise<boolean>
}

/** A record on its way into the log. Cells are `undefined` for what is neither key nor tag. */
export interface RecordToAppend extends WireInvalidation {
  readonly cells: readonly [number, number] | undefined
}

/** The log of one cache name. */
export interface LogTable {
  head(): Promise<LogHead>
  /** Records of one transaction at the most. */
  readonly maxRecords: number
  /** Appends all in one transaction; they get consecutive positions, and `position` is that of the last. */
  append(records: readonly RecordToAppend[]): Promise<Mark>
  /** What is known at the head that it answers with; later records may show in part. */
  state(): Promise<LogSnapshot>
  /** Some records behind a position, in order. */
  recordsAfter(position: number): Promise<readonly LogRecord[]>
  /** Calls when there may be new records. Answers with what ends it. */
  onAppend(listener: () => void): () => void
}

/** Who holds a lease. */
export interface LeaseHolder {
  readonly key: string
  readonly holder: string
}

/** The leases of one cache name. */
export interface LeaseTable {
  /** Answers with a fencing token, or `undefined` when another holds it. */
  acquire(lease: LeaseHolder & { readonly ttlMs: number }): Promise<number | undefined>
  /** `false`: it is lost. */
  renew(lease: LeaseHolder & { readonly ttlMs: number }): Promise<boolean>
  release(lease: LeaseHolder): Promise<void>
  /** Which of these are held by somebody, who will tell of their release where the database can. */
  held(keys: readonly string[]): Promise<ReadonlySet<string>>
  /** Calls when a lease was given back; without a key when that may have been missed. Answers with what ends it. */
  onRelease(listener: (key: string | undefined) => void): () => void
}

/** The database's clock, as seen from a cache's timeline. Machines are never compared, only ages. */
export interface StoreClock {
  /** An instant of the timeline by the database's clock, in whole milliseconds: not later than it is. */
  toServer(at: number): number
  /** The other way round; not later than it is. */
  fromServer(at: number): number
  /** Has to be called before; `undefined` when nothing has to be waited for. */
  ready(): Promise<void> | undefined
}
