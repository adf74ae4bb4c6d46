/** What is shown of a value: with what was changed ahead of the server on top, and sharing its parts with what was shown before. */
import type { Token } from '@hotpath/contract'
import type { Layers } from './layers/layers.ts'
import { share } from './share.ts'

export class LayeredValue {
  /** Made by the first change. */
  layers: Layers<unknown, Token> | undefined
  isSharing = true
  #shown: unknown
  /** What it was made of. */
  #madeOf: unknown

  /** With all layers on top of a value, if there is one. */
  over(value: unknown): unknown {
    const layered = value === undefined || this.layers === undefined ? value : this.layers.apply(value)
    if (layered !== this.#madeOf) {
      this.#madeOf = layered
      this.#shown = this.isSharing ? share(this.#shown, layered) : layered
    }
    return this.#shown
  }
}
