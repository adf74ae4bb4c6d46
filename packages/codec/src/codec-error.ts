import { CodecError, displayKey, isHotpathError } from '@hotpath/contract'

/** Bytes that are no frame of ours, or not whole. */
export function unreadable(why: string, cause?: unknown): CodecError {
  return new CodecError(
    'ERR_CODEC_FRAME',
    `The stored bytes cannot be read: ${why}. The entry counts as a miss; when many do, look for another program that writes under the same keys.`,
    { cause },
  )
}

/** A key of encryption that is missing, wrong, or was not used for these bytes. */
export function refusedKey(keyId: string, why: string, cause?: unknown): CodecError {
  // It comes from the store, and may be anything.
  const shown = displayKey(keyId)
  return new CodecError(
    'ERR_CODEC_KEY',
    `The encryption key \`${shown}\` ${why}. The entry counts as a miss; keep retired keys in \`keys\` until what they encrypted has expired.`,
    { cause, context: { keyId: shown } },
  )
}

/** Whether something is an error of a codec, which is about one value and not about its store; of any copy of the packages. */
export function isCodecError(error: unknown): error is CodecError {
  return isHotpathError(error) && error.code.startsWith('ERR_CODEC_')
}
