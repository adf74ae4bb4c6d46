export { cacheFirst, cacheOnly, networkFirst, networkOnly, staleWhileRevalidate } from './strategies.ts'
export type { NetworkFirstOptions, StrategyCache, StrategyLoader, StrategyOptions } from './strategies.ts'
