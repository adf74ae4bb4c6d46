/** What is written of entries. */
import { CodecError, type Entry, type Mark, type TierContext } from '@hotpath/contract'
import type { ValueCipher } from './cipher.ts'
import { type Moment, type Recorded, toRecord } from './record.ts'

/** Of the budget: what a single entry may take at most. */
const MAX_SHARE = 0.5

/** One write. */
export type EntryWrite =
  | { readonly type: 'set'; readonly key: string; readonly recorded: Recorded }
  | { readonly type: 'delete'; readonly keys: readonly string[]; readonly below: Mark | undefined }

/** What a write is made with. */
interface WriteTerms {
  readonly context: Pick<TierContext, 'evicted' | 'fault'>
  /** Budget of the store. */
  readonly maxBytes: number
  readonly moment: Moment
}

/** What cannot be stored is reported, and no failure of the store: what it was to replace is older, and goes. */
export function writeOf(key: string, entry: Entry, { context, maxBytes, moment }: WriteTerms): EntryWrite {
  try {
    const recorded = toRecord(key, entry, moment)
    if (recorded.bytes <= MAX_SHARE * maxBytes) return { type: 'set', key, recorded }
    context.evicted(key, 'max-entry-bytes')
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    context.fault(error)
  }
  return { type: 'delete', keys: [key], below: undefined }
}

/** A write whose value nobody can read without the cipher. */
export async function encrypted(write: EntryWrite, cipher: ValueCipher): Promise<EntryWrite> {
  if (write.type === 'delete') return write
  const { key, recorded } = write
  const value = await cipher.encrypt(recorded.record.value, key)
  return { type: 'set', key, recorded: { ...recorded, record: { ...recorded.record, value, isEncrypted: true } } }
}
