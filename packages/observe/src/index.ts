export { observe, setPage } from './observe.ts'
export type { Observer } from './observer.ts'
export type { ObserveOptions, RefetchOptions } from './options.ts'
export type { PageParts } from './page.ts'
export type { Snapshot } from './snapshot.ts'
export { share } from './share.ts'

export type { Cache, Loader } from '@hotpath/core'
