export { createCache } from './create-cache.ts'
export { memory } from './memory-tier.ts'
export type { MemoryOptions } from './memory-tier.ts'
export { createMemoryLog } from './memory-log.ts'
export { CELLS, buildCellPositions, cellsOf, createCellPositions } from './cell-positions.ts'
export type { CellPosition, CellPositionsBuilder, CellState } from './cell-positions.ts'
export type { IdKind } from './positions.ts'
export type { MemoryLogOptions } from './memory-log.ts'
export { systemClock } from './system-clock.ts'

export type { Cache, ManyLoader } from './cache.ts'
export type { CacheOptions, LoadOptions, ReadOptions, SetEntry, SetOptions, WriteOptions } from './options.ts'
export type { LoadContext, Loader, Previous } from './loader.ts'
export type { WarmOptions, WarmReport } from './warm.ts'
export type { AnyFunction, WrapOptions, Wrapped } from './wrap.ts'
export type { Inspection } from './inspect.ts'

export type { CacheEvent, CacheEventOf, CacheEventType, CacheListener } from './events.ts'
export type { CacheStats, Counts, TierCounts, TierStats } from './stats.ts'
export type { LoadTimes } from './histogram.ts'

export { ConfigError, HotpathError, KeyError, isHotpathError } from '@hotpath/contract'
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
