export { createCache } from './create-cache.ts'
export { memory } from './memory/memory-tier.ts'
export type { MemoryOptions } from './memory/memory-tier.ts'

export type {
  AnyFunction,
  AreKeyParts,
  Cache,
  Dependencies,
  Inspection,
  InvalidationScope,
  OneOf,
  Saving,
  ScopeMembers,
  WarmOptions,
  WarmReport,
  WrapArguments,
  WrapOptions,
  Wrapped,
  WriteThroughOptions,
  Written,
} from './cache.ts'
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
