/** Entries as they are stored: times on the wall clock, which alone outlives a page. */
import { type CodecError, type Entry, type EntryHead, createEntry } from '@hotpath/contract'
import { isRememberedFailure, rememberFailure, withKey } from '@hotpath/contract/values'
import { type Clonable, restore, toClonable } from './clonable.ts'

/** One record of the store of entries. */
export interface EntryRecord extends Omit<EntryHead, 'createdAt'> {
  /** A structured clone, or what the cipher made of it. */
  readonly value: unknown
  /** Wall time at which its windows begin, in milliseconds. */
  readonly createdAtWall: number
  /** Whether parts of the value are wrapped. */
  readonly isWrapped: boolean
  /** Whether the value is the error of a failure that is remembered. */
  readonly isFailure: boolean
  /** Whether the value is what a cipher made of it. */
  readonly isEncrypted: boolean
}

/** The two clocks at one moment. */
export interface Moment {
  /** On the cache's timeline. */
  readonly elapsed: number
  /** Wall time. */
  readonly wall: number
}

/** What is written for an entry, and about how many bytes it takes. */
export interface Recorded {
  readonly record: EntryRecord
  readonly bytes: number
}

/** What a record costs beside key, tags and value, about. */
const RECORD_BYTES = 200

/** @throws CodecError `ERR_CODEC_VALUE` for a value that cannot be stored. */
export function toRecord(key: string, entry: Entry, { elapsed, wall }: Moment): Recorded {
  const isFailure = isRememberedFailure(entry.value)
  const { value, isWrapped, bytes } = clonableOf(
    key,
    isFailure ? (entry.value as { error: unknown }).error : entry.value,
  )
  const { tags, freshMs, staleMs, errorMs, epoch, asOf, aheadMs } = entry
  const createdAtWall = wall - (elapsed - entry.createdAt)
  const judged = { tags, createdAtWall, freshMs, staleMs, errorMs, epoch, asOf, aheadMs }
  return {
    record: { ...judged, value, isWrapped, isFailure, isEncrypted: false },
    bytes: RECORD_BYTES + bytes + key.length + tags.reduce((sum, tag) => sum + tag.length, 0),
  }
}

function clonableOf(key: string, value: unknown): Clonable {
  try {
    return toClonable(value)
  } catch (error) {
    throw withKey(error as CodecError, key)
  }
}

/** What an entry is judged by; `undefined` for what is no record of ours. */
export function headOf(stored: unknown, { elapsed, wall }: Moment): EntryHead | undefined {
  if (!isRecord(stored)) return undefined
  const { tags, createdAtWall, freshMs, staleMs, errorMs, epoch, asOf, aheadMs } = stored
  return { tags, createdAt: elapsed - (wall - createdAtWall), freshMs, staleMs, errorMs, epoch, asOf, aheadMs }
}

/**
 * The entry of a record; `undefined` for what is no record of ours.
 *
 * @throws TypeError for a value whose wrapped parts are not of ours.
 */
export function fromRecord(stored: unknown, moment: Moment): Entry | undefined {
  const head = headOf(stored, moment)
  if (head === undefined) return undefined
  const { value, isWrapped, isFailure } = stored as EntryRecord
  const restored = isWrapped ? restore(value) : value
  if (restored === undefined) return undefined
  return createEntry({ ...head, value: isFailure ? rememberFailure(restored) : restored })
}

/** Other programs of the origin may have written into the database, and so may other versions of this one. */
function isRecord(stored: unknown): stored is EntryRecord {
  if (typeof stored !== 'object' || stored === null) return false
  const { tags, createdAtWall, freshMs, staleMs, errorMs, epoch, asOf, aheadMs } = stored as Partial<EntryRecord>
  const numbers: readonly unknown[] = [createdAtWall, freshMs, staleMs, errorMs, asOf, aheadMs]
  return (
    Array.isArray(tags) &&
    tags.every((tag) => typeof tag === 'string') &&
    typeof epoch === 'string' &&
    numbers.every((number) => typeof number === 'number' && !Number.isNaN(number)) &&
    Number.isSafeInteger(asOf) &&
    (asOf as number) >= 0
  )
}
