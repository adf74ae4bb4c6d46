export { MAX_KEY_BYTES, assertKey, displayKey, encodeKey, encodeWholeKey, isShortenedKey } from './key.ts'
export { shortenKey } from './key-shortening.ts'
export type { CacheKey, KeyPart, NoInstance } from './key.ts'
export { digestOf } from './digest.ts'
export { meaningfulName } from './code-names.ts'
export type { NameErrorDetails, Named } from './code-names.ts'
export { MAX_PREFIX_BYTES, encodeKeyPrefix, hasKeyPrefix } from './key-prefix.ts'
export { compilePattern, compileWholePattern, escapePattern } from './pattern.ts'
export { validateTags } from './tag.ts'

export {
  booleanOption,
  checkOptions,
  clockOption,
  codecOption,
  countOption,
  functionOption,
  requiredFunction,
  requiredString,
  signalOption,
  stringOption,
  wrongOption,
  wrongOptionSeen,
} from './options.ts'
export type { OptionCheck, OptionTable, SeenOption } from './options.ts'
export { kindOf, received } from './received.ts'
export { isPromise } from './is-promise.ts'
export { callbackError } from './callback-error.ts'
export { notify } from './notify.ts'
export { detach } from './detach.ts'
export { EventBus } from './event-bus.ts'
export type { EventBusOptions, EventNamed } from './event-bus.ts'

export { formatDuration, parseDuration, toMs } from './duration.ts'
export type { Duration } from './duration.ts'
export { toBytes } from './byte-size.ts'
export type { ByteSize } from './byte-size.ts'
export { DEFAULT_FRESHNESS, FRESHNESS_OPTIONS, resolveFreshness } from './freshness.ts'
export type { Freshness, FreshnessOptions, TimeoutOptions } from './freshness.ts'

export { NEVER_JUDGED, SPECULATIVE, ageOf, createEntry, deadAt } from './entry.ts'
export type { Age, Entry, EntryFields, EntryHead } from './entry.ts'
export { parseToken, toToken, tokenAt } from './token.ts'
export type { Token } from './token.ts'

export type { CacheLoadContext, CacheLoadOptions, CachePort, CacheSetOptions } from './ports/cache.ts'
export type { Clock, Random } from './ports/clock.ts'
export { timeLimit } from './time-limit.ts'
export { within } from './within.ts'
export type { WithinOptions } from './within.ts'
export { systemClock } from './system-clock.ts'
export { ServerClock } from './server-clock.ts'
export type { ServerClockOptions } from './server-clock.ts'
export type { Codec, CodecContext } from './ports/codec.ts'
export type { EvictionBounds, EvictionPolicy, EvictionPolicyMaker } from './ports/eviction.ts'
export type { Lease, LeaseGrant, LeaseOptions } from './ports/lease.ts'
export type {
  Invalidation,
  InvalidationLog,
  LogFollower,
  LogHead,
  LogPositions,
  LogRecord,
  LogSnapshot,
  LogSubscription,
  Mark,
  MaybePromise,
  Scope,
  Strength,
} from './ports/log.ts'
export { strengthInState } from './ports/log.ts'
export { fromWireInvalidation, strengthOf, toWireInvalidation } from './wire-invalidation.ts'
export type { ScopeLetter, StrengthLetter, TimedScopeLetter, WireInvalidation } from './wire-invalidation.ts'
export type {
  EvictionReason,
  PurgeOptions,
  SharedHalf,
  Tier,
  TierContext,
  TierStore,
  TierUsage,
} from './ports/tier.ts'

export {
  ClosedError,
  CodecError,
  ConfigError,
  DatabaseError,
  ERROR_CODES,
  HotpathError,
  HttpError,
  KeyError,
  LoadError,
  LogError,
  PatternError,
  RequestError,
  StorageError,
  TagError,
  TierError,
  TokenError,
  ValueError,
  isHotpathError,
} from './errors.ts'
export type { ErrorCode, ErrorContext, ErrorDetails, HttpErrorDetails } from './errors.ts'
