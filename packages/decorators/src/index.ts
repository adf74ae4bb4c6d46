export {
  CacheEvict,
  CachePut,
  Cacheable,
  cacheEvict,
  cachePut,
  cacheable,
  configureDecorators,
} from './process-wide.ts'
export type { DecoratorsConfig } from './process-wide.ts'
export { createDecorators } from './create-decorators.ts'
export type { Decorators } from './create-decorators.ts'
export { keyOf } from './cached-by.ts'
export { clear, invalidate } from './forgetting.ts'
export { Memoize } from './memoize.ts'
export type { MemoizeOptions } from './memoize.ts'
export { Batch } from './batch-member.ts'
export type { BatchKey, BatchMemberOptions, BatchMethod, BatchValue, Batchable, MustTakeKeys } from './batch-member.ts'
export { CircuitBreaker, Compose, Dedupe, Retry, Throttle, Timeout } from './policies.ts'
export type { DedupeMemberOptions, Fitting, MustFit, PerObject } from './policies.ts'

export type { CachedFunction } from './cacheable.ts'
export type { CacheableOptions } from './cacheable-options.ts'
export type { CacheEvictOptions, EvictAfter, EvictBefore } from './cache-evict.ts'
export type { CachePutOptions } from './cache-put.ts'
export type { CacheOption, CacheProvider } from './cache-source.ts'
export type {
  AnyFunction,
  AnswerOf,
  Anything,
  ArgsOf,
  AsyncMethod,
  AsyncTwin,
  Asynchronous,
  LegacyDecorator,
  MemberContext,
  MemberDecorator,
  MustAnswerPromise,
  StandardDecorator,
  ValueOf,
} from './member-types.ts'
export type { ErrorTtl } from './remembered-error.ts'
export type { Selector } from './selector.ts'
