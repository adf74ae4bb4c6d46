export { compose } from './compose.ts'
export { currentCall } from './call.ts'
export type { CurrentCall, Priority } from './call.ts'
export { callAround, callShared } from './shared-work.ts'
export type { CallAround, SharedCall } from './shared-work.ts'
export type {
  AnyFunction,
  AsyncTwin,
  CallOptions,
  ExtraOf,
  Policy,
  PolicyFor,
  Taking,
  Twin,
  Wrapped,
} from './wrapped.ts'
export type { PolicyOptions } from './options.ts'

export { retry } from './retry.ts'
export type { RetryOptions } from './retry.ts'
export type { BackoffOptions } from './backoff.ts'
export { isRetryable } from './is-retryable.ts'
export { parseRetryAfter, retryAfterMs } from './retry-after.ts'
export { timeout } from './timeout.ts'
export { circuitBreaker } from './circuit-breaker.ts'
export type { CircuitBreaker, CircuitBreakerOptions, Guarded } from './circuit-breaker.ts'
export type { CircuitState } from './circuit.ts'
export { hedge } from './hedge.ts'
export type { HedgeOptions } from './hedge.ts'
export { fallback } from './fallback.ts'
export type { Answer, FallbackOptions } from './fallback.ts'

export { limit } from './limit.ts'
export type { Limit, Limited, Load } from './limit.ts'
export type { LimitOptions } from './limiter.ts'
export { createQueue } from './queue.ts'
export type { Queue } from './queue.ts'
export { throttle } from './throttle.ts'
export type { ThrottleOptions } from './throttle.ts'

export { batch } from './batch.ts'
export type { Batch, LoadMany } from './batch.ts'
export type { ManyAnswers } from './batch-answers.ts'
export type { BatchOptions, BatchRetryOptions } from './batch-options.ts'
export type { CachedBatchOptions } from './cached-batch.ts'

export { dedupe } from './dedupe.ts'
export type { DedupeOptions } from './dedupe.ts'
export type { CallKey, KeyOf } from './call-key.ts'
export { memoize } from './memoize.ts'
export type { MemoizeOptions, Memoized } from './memoize.ts'
export type { MemoizeHereOptions } from './memoize-here.ts'
export type { MemoizeInCacheOptions } from './memoize-in-cache.ts'
export type { LoadingCache, LoadingContext, LoadingOptions } from './loading-cache.ts'

export { createRequestEvents } from './events.ts'
export type { RequestEvent, RequestEventOf, RequestEventType, RequestEvents, RequestListener } from './events.ts'

export { ConfigError, HttpError, RequestError, isHotpathError } from '@hotpath/contract'
export type { Clock, Duration, ErrorCode, Random } from '@hotpath/contract'
