/** How far a cache has heard of what a server invalidated. Whoever keeps that says how to read it, as `@hotpath/browser` does. */
import type { Token } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'

interface Heard {
  read?: () => Promise<Token | undefined>
}

/** `undefined` where nobody keeps it; resolves to `undefined` where nothing was heard. */
export function heardOf(cache: Cache): Promise<Token | undefined> | undefined {
  const heard = insideOf(cache).part<Heard>(Symbol.for('@hotpath/server-token'), () => ({}))
  return heard.read?.()
}
