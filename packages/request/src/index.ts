export { compose } from './call/compose.ts'
export { currentCall } from './call/call.ts'
export type { CurrentCall } from './call/call.ts'
export type { Priority } from './call/priority.ts'
export { callAround, callShared, isWithinLoad } from './call/shared-work.ts'
export type { CallAround, SharedCall } from './call/shared-work.ts'
export type { LoadedKey } from './call/load-call.ts'
export { checkCallOptions } from './call/wrapped.ts'
export type {
  AsyncTwin,
  CallOptions,
  ExtraIn,
  ExtraOf,
  Policy,
  PolicyFor,
  Taking,
  Twin,
  Wrapped,
} from './call/wrapped.ts'
export type { AnyFunction } from './call/function.ts'
export { policyOf } from './call/policy-of.ts'
export type { PolicyOfOptions, Wrapper } from './call/policy-of.ts'
export type { PolicyOptions } from './checks/policy-options.ts'

export { retry } from './retry/retry.ts'
export type { RetryOptions } from './retry/retry.ts'
export type { BackoffOptions } from './retry/backoff.ts'
export { isRetryable } from './retry/is-retryable.ts'
export { parseRetryAfter, retryAfterMs } from './retry/retry-after.ts'
export { timeout } from './protect/timeout.ts'
export { circuitBreaker } from './protect/circuit-breaker.ts'
export type { CircuitBreaker, CircuitBreakerOptions, Guarded } from './protect/circuit-breaker.ts'
export type { CircuitState } from './protect/circuit.ts'
export { hedge } from './protect/hedge.ts'
export type { HedgeOptions } from './protect/hedge.ts'
export { fallback } from './protect/fallback.ts'
export type { Answer, FallbackOptions } from './protect/fallback.ts'

export { limit } from './limit/limit.ts'
export type { Limit, Limited, LimitOptions, Load } from './limit/limit.ts'
export { createQueue } from './limit/queue.ts'
export type { Queue } from './limit/queue.ts'
export { throttle } from './limit/throttle.ts'
export type { ThrottleOptions } from './limit/throttle.ts'

export { batch } from './batch/batch.ts'
export type { Batch, LoadMany } from './batch/batch.ts'
export type { ManyAnswers } from './batch/answers.ts'
export type { BatchOptions, BatchRetryOptions } from './batch/options.ts'
export type { CachedBatchOptions } from './batch/cached-batch.ts'

export { dedupe } from './share/dedupe.ts'
export type { DedupeOptions } from './share/dedupe.ts'
export type { CallKey, KeyOf } from './share/call-key.ts'
export { debounce } from './share/debounce.ts'
export type { DebounceOptions } from './share/debounce.ts'
export { memoize } from './share/memoize.ts'
export type { MemoizeOptions, Memoized } from './share/memoize.ts'
export type { LoadingCache, LoadingContext, LoadingOptions } from './share/loading-cache.ts'

export { createRequestEvents } from './call/events.ts'
export type { RequestEvent, RequestEventOf, RequestEventType, RequestEvents, RequestListener } from './call/events.ts'

export { ConfigError, HttpError, RequestError, isHotpathError } from '@hotpath/contract'
export type { Clock, Duration, ErrorCode, Random } from '@hotpath/contract'
