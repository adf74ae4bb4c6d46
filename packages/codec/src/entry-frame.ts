/**
 * Entries to frames and back. Invariant: whatever a codec throws is a CodecError here, so that it is a fault of one
 * value and not of the store.
 */
import type { Codec, CodecContext, EntryFields, MaybePromise } from '@hotpath/contract'
import { isRememberedFailure, rememberFailure, unstorable, withKey } from '@hotpath/contract/values'
import { isCodecError, unreadable } from './codec-error.ts'
import { type Frame, joinFrame, writeHeader } from './frame.ts'

/** What an entry is put into a frame with. */
export interface SealOptions {
  /** Encodes the value. */
  readonly codec: Codec
  /** What the bytes belong to, see `CodecContext`. */
  readonly key: string
  /** When the entry's windows began, in milliseconds of the store's own clock. */
  readonly storedAt: number
}

/**
 * Puts an entry into a frame.
 *
 * @throws CodecError `ERR_CODEC_VALUE`, with the key shortened in its context, for a value that cannot be stored.
 */
export async function sealEntry(entry: EntryFields, { codec, key, storedAt }: SealOptions): Promise<Uint8Array> {
  const isFailure = isRememberedFailure(entry.value)
  const header = writeHeader({ ...entry, storedAt, isFailure })
  try {
    const payload = await codec.encode(isFailure ? entry.value.error : entry.value, {
      key,
      header,
    })
    return joinFrame(header, payload)
  } catch (cause) {
    const error = isCodecError(cause)
      ? cause
      : unstorable('value', 'something that the codec fails to encode', 'Look at the cause.', cause)
    throw withKey(error, key)
  }
}

/**
 * The value of a frame; without a promise where the codec needs none.
 *
 * @throws CodecError `ERR_CODEC_FRAME`, or `ERR_CODEC_KEY` where it is encrypted, for what cannot be read.
 */
export function openValue(frame: Frame, codec: Codec, context: CodecContext): MaybePromise<unknown> {
  const { isFailure } = frame.header
  const finish = (value: unknown): unknown => (isFailure ? rememberFailure(value) : value)
  const refuse = (cause: unknown): never => {
    throw withKey(isCodecError(cause) ? cause : unreadable('the codec fails to decode it', cause), context.key)
  }
  try {
    const value = codec.decode(frame.payload, context)
    if (value instanceof Promise) return value.then(finish, refuse)
    return isFailure ? finish(value) : value
  } catch (cause) {
    return refuse(cause)
  }
}
