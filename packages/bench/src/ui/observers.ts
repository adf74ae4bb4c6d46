import type { Cache } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'

/** What the observed keys of a cache are, to one that counts them. */
interface Observed {
  readonly keys: Iterable<{ readonly observers: ReadonlySet<unknown> }>
}

/** How many observers of a cache are on screen. */
export function observersOf(cache: Cache): number {
  const { keys } = insideOf(cache).part<Observed>(Symbol.for('@hotpath/observe'), () => ({ keys: [] }))
  return [...keys].reduce((sum, { observers }) => sum + observers.size, 0)
}
