/** How far a cache has heard of what a server invalidated, for others that take in what a server sent, as `@hotpath/observe` does. */
import type { Token } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'

/** Resolves to `undefined` where nothing was heard. Never rejects. */
export type ReadHeard = () => Promise<Token | undefined>

/** Says how to read it, unless somebody has said so who knows more: whoever follows the server, also where nothing is kept. */
export function setHeard(cache: Cache, read: ReadHeard, { isFollowing }: { readonly isFollowing: boolean }): void {
  const heard = insideOf(cache).part<{ read?: ReadHeard }>(Symbol.for('@hotpath/server-token'), () => ({}))
  if (isFollowing || heard.read === undefined) heard.read = read
}
