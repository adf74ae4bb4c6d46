/** What a server sent along with a page, as it showed it: for observers that take over what it rendered. */
import type { Cache } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'
import type { Shown } from './snapshot.ts'

/** For one cache. */
export interface Sent {
  /** By encoded key; `undefined` where no server sent any, or the page has long taken over. */
  values?: ReadonlyMap<string, Shown> | undefined
}

export function sentOf(cache: Cache): Sent {
  return insideOf(cache).part<Sent>(Symbol.for('@hotpath/observe/sent'), () => ({}))
}
