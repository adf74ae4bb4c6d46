/** What a codec is told beside the value. */
export interface CodecContext {
  /** The encoded key, which an encrypting codec binds the bytes to. */
  readonly key: string
}

/** Port: values to bytes and back, for tiers that store bytes. */
export interface Codec {
  /** Names the format in errors and stats. */
  readonly type: string
  /** Throws for what it cannot carry. */
  encode(value: unknown, context: CodecContext): Uint8Array
  /** Throws for bytes that it cannot read; the engine takes that as a miss. */
  decode(bytes: Uint8Array, context: CodecContext): unknown
}
