export { createCache } from './create-cache.ts'
export { memory } from './memory/memory-tier.ts'
export type { MemoryOptions } from './memory/memory-tier.ts'

export type { Cache } from './cache/cache.ts'
export type { Dependencies, InvalidationScope, OneOf, ScopeMembers } from './cache/scope.ts'
export type { WarmOptions, WarmReport } from './cache/warm.ts'
export type { AnyFunction, AreKeyParts, FunctionOf, WrapArguments, WrapOptions, Wrapped } from './cache/wrap.ts'
export type { Saving, WriteThroughOptions, Written } from './cache/write.ts'
export type { Inspection } from './watch/inspection.ts'
export type {
  CacheOptions,
  ExpireOptions,
  InvalidateOptions,
  LoadOptions,
  ReadOptions,
  SetEntry,
  SetOptions,
  WriteOptions,
} from './options.ts'
export type { CacheEntry, EntryInfo, ReadReport } from './watch/entry-info.ts'
export type { LoadContext, Loader, ManyLoader, Previous } from './read/loader.ts'

export type {
  CacheEvent,
  CacheEventOf,
  CacheEventType,
  CacheListener,
  TierOperation,
  TierOutcome,
} from './watch/events.ts'
export type { CacheStats, Counts, TierCounts, TierStats } from './watch/stats.ts'
export type { LoadTimes } from './watch/histogram.ts'

export { ConfigError, HotpathError, KeyError, isHotpathError, systemClock } from '@hotpath/contract'
export type {
  CacheKey,
  Duration,
  ErrorCode,
  FreshnessOptions,
  KeyPart,
  Tier,
  TimeoutOptions,
  Token,
} from '@hotpath/contract'
