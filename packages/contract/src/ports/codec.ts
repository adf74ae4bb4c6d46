import type { MaybePromise } from './log.ts'

/** What a codec is told beside the value. */
export interface CodecContext {
  /** What the bytes belong to: the tier's prefix, the cache's name and the encoded key. An encrypting codec binds the bytes to it. */
  readonly key: string
  /** What is stored in the clear before the bytes; bound to them as well. */
  readonly header?: Uint8Array | undefined
}

/** Port: values to bytes and back, for tiers that store bytes. */
export interface Codec {
  /** Names the format in errors and stats. */
  readonly type: string
  /** Throws a CodecError for what it cannot carry. */
  encode(value: unknown, context: CodecContext): MaybePromise<Uint8Array>
  /** Throws a CodecError for bytes that it cannot read; the engine takes that as a miss. */
  decode(bytes: Uint8Array, context: CodecContext): MaybePromise<unknown>
}
