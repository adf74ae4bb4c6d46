import { parseToken } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'

/** For as long as this every turn of the event loop is a look, so that fractions of a millisecond show. */
const CLOSE_LOOK_MS = 20
const LOOK_MS = 5

/** How soon a cache knows of records that others appended. */
export class Latencies {
  readonly #cache: Cache
  readonly #measured: (elapsedMs: number) => void
  #isClosed = false

  constructor(cache: Cache, measured: (elapsedMs: number) => void) {
    this.#cache = cache
    this.#measured = measured
  }

  /** Looks until the record of a token is known here. */
  measure(token: string, since: number): void {
    const wanted = parseToken(token)
    const look = (): void => {
      const known = this.#cache.position()
      const { epoch, position } = known === undefined ? { epoch: wanted.epoch, position: 0 } : parseToken(known)
      // Of another life of the log: there is nothing to wait for.
      if (epoch !== wanted.epoch || this.#isClosed) return
      const elapsedMs = performance.timeOrigin + performance.now() - since
      if (position >= wanted.position) this.#measured(elapsedMs)
      else if (elapsedMs < CLOSE_LOOK_MS) setImmediate(look)
      else setTimeout(look, LOOK_MS)
    }
    look()
  }

  close(): void {
    this.#isClosed = true
  }
}
