export { CacheProvider, useCache } from './context.ts'
export type { CacheProviderProps } from './context.ts'
export { subject } from '@hotpath/observe'
export type { Subject } from '@hotpath/observe'

export { useCached } from './use-cached.ts'
export type { Cached, CachedActions } from './use-cached.ts'
export { useErrorReset, useSuspenseCached } from './use-suspense-cached.ts'
export type { FailedAfterData, SuspenseCached } from './use-suspense-cached.ts'
export { useInfiniteCached } from './use-infinite-cached.ts'
export type { CachedPages } from './use-infinite-cached.ts'

export { useMutation } from './use-mutation.ts'
export type { MutationActions, ShownMutation } from './use-mutation.ts'

export { usePrefetch } from './use-prefetch.ts'
export type { PrefetchMoment } from './use-prefetch.ts'
export { useCacheEvents } from './use-cache-events.ts'
