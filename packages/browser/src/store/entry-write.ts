/** What is written of entries. */
import type { Mark } from '@hotpath/contract'
import type { ValueCipher } from './cipher.ts'
import type { Recorded } from './record.ts'

/** One write. */
export type EntryWrite =
  | { readonly type: 'set'; readonly key: string; readonly recorded: Recorded }
  | { readonly type: 'delete'; readonly keys: readonly string[]; readonly below: Mark | undefined }

/** A write whose value nobody can read without the cipher. */
export async function encrypted(write: EntryWrite, cipher: ValueCipher): Promise<EntryWrite> {
  if (write.type === 'delete') return write
  const { key, recorded } = write
  const value = await cipher.encrypt(recorded.record.value, key)
  return { type: 'set', key, recorded: { ...recorded, record: { ...recorded.record, value, isEncrypted: true } } }
}
