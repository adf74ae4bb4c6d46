export { compose } from './compose.ts'
export { currentCall } from './call.ts'
export type { CurrentCall, Priority } from './call.ts'
export type { AnyFunction, AsyncTwin, CallOptions, Policy, Twin, Wrapped } from './wrapped.ts'
export type { PolicyOptions } from './options.ts'

export { createRequestEvents } from './events.ts'
export type {
  RequestEvent,
  RequestEventOf,
  RequestEventType,
  RequestEvents,
  RequestListener,
} from './events.ts'

export { ConfigError, HttpError, RequestError, isHotpathError } from '@hotpath/contract'
export type { Clock, Duration, ErrorCode, Random } from '@hotpath/contract'
