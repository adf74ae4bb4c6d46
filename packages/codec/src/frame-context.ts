import type { CodecContext } from '@hotpath/contract'
import type { Frame } from './frame.ts'

/** What a codec learns of a frame; most look at none of it, so it is made when they do. */
export class FrameContext implements CodecContext {
  readonly key: string
  readonly #frame: Frame

  constructor(key: string, frame: Frame) {
    this.key = key
    this.#frame = frame
  }

  get header(): Uint8Array {
    return this.#frame.headerBytes
  }
}
