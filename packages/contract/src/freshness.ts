import { type ByteSize, toBytes } from './byte-size.ts'
import { type Duration, formatDuration, toMs } from './duration.ts'
import { booleanOption, checkOptions, type OptionTable, wrongOption } from './options.ts'

/** How long a caller waits for a loader. */
export interface TimeoutOptions {
  /** After this long a stale value within `staleIfError` is served while the load goes on. At most `hard`. Default: off. */
  readonly soft?: Duration | false | undefined
  /** After this long the load is aborted and fails with `ERR_LOAD_TIMEOUT`. Default `'30s'`. */
  readonly hard?: Duration | false | undefined
}

/**
 * How long a value lives. The three windows add up, with the names of RFC 5861: fresh for `ttl`, then served stale for
 * `staleWhileRevalidate`, then kept for `staleIfError`. `undefined` inherits from the level above (cache, namespace,
 * call), `false` turns off.
 */
export interface FreshnessOptions {
  /** How long a value is fresh. `0` does not store, `Infinity` never expires. Default `'5m'`. */
  readonly ttl?: Duration | undefined
  /** After `ttl`: serve at once and refresh behind. Default off. */
  readonly staleWhileRevalidate?: Duration | false | undefined
  /** After that: serve only when the loader fails or is slower than `timeout.soft`. Default off. */
  readonly staleIfError?: Duration | false | undefined
  /** A ratio 0..1 by which each entry's `ttl` is shortened at random, so that entries of one moment do not expire together. Default off. */
  readonly jitter?: number | false | undefined
  /**
   * Refresh before expiry with a probability that grows with the measured load time (XFetch: Vattani, Chierichetti and
   * Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015). `true` is a beta of 1. Default off.
   */
  readonly refreshAhead?: boolean | number | undefined
  /** `ttl` of a `null`, without stale windows. Default off: as any other value. */
  readonly negativeTtl?: Duration | false | undefined
  /** A value that is larger, by an estimate of its size in memory, is returned, not stored, and reported as evicted. Default off. */
  readonly maxEntryBytes?: ByteSize | false | undefined
  /**
   * Stored ahead of use, as by prefetching: until it is read it is the first to go when memory is full. What is loaded for
   * several calls goes by the first of them. Default `false`.
   */
  readonly speculative?: boolean | undefined
  /** How long to wait for the loader; a plain duration is the hard one. Default `{ hard: '30s' }`. */
  readonly timeout?: Duration | TimeoutOptions | false | undefined
  /** After a failed load, how long the next load of that key waits (a stale value is served at once meanwhile). Default `'100ms'`. */
  readonly backoff?: Duration | false | undefined
}

/** The options that `resolveFreshness` checks, for `checkOptions`. */
export const FRESHNESS_OPTIONS: OptionTable<keyof FreshnessOptions> = {
  ttl: true,
  staleWhileRevalidate: true,
  staleIfError: true,
  jitter: true,
  refreshAhead: true,
  negativeTtl: true,
  maxEntryBytes: true,
  speculative: booleanOption,
  timeout: true,
  backoff: true,
}

const NEVER = Number.POSITIVE_INFINITY
const TIMEOUT_OPTIONS: OptionTable<keyof TimeoutOptions> = { soft: true, hard: true }

/** A freshness policy with every option resolved: integer milliseconds, `Infinity` for never, `0` for off. */
export interface Freshness {
  /** Fresh for this long. */ readonly freshMs: number
  /** Then served while refreshed for this long. */ readonly staleMs: number
  /** Then kept for a failing loader for this long. */ readonly errorMs: number
  /** Ratio 0..1. */
  readonly jitter: number
  /** XFetch's beta; 0 is off. */
  readonly refreshAhead: number
  /** `undefined`: `null` lives as long as any other value. */
  readonly negativeMs: number | undefined
  /** `Infinity`: off. */
  readonly maxEntryBytes: number
  /** Whether it is stored ahead of use. */
  readonly speculative: boolean
  /** `Infinity`: off. */
  readonly softTimeoutMs: number
  /** `Infinity`: off. */
  readonly hardTimeoutMs: number
  /** Pause after a failed load. */ readonly backoffMs: number
}

/** What applies where no level says otherwise. */
export const DEFAULT_FRESHNESS: Freshness = {
  freshMs: 300_000,
  staleMs: 0,
  errorMs: 0,
  jitter: 0,
  refreshAhead: 0,
  negativeMs: undefined,
  maxEntryBytes: NEVER,
  speculative: false,
  softTimeoutMs: NEVER,
  hardTimeoutMs: 30_000,
  backoffMs: 100,
}

/**
 * Resolves one level of options over the level above it.
 *
 * @throws ConfigError naming the option, the value seen and the way out; options that are not of freshness are not looked
 *   at.
 */
export function resolveFreshness(above: Freshness, options: FreshnessOptions): Freshness {
  if (inheritsAll(options)) return above
  const { soft, hard } = timeoutsOf(options.timeout)
  const softTimeoutMs = limit(soft, above.softTimeoutMs, 'timeout.soft')
  const hardTimeoutMs = limit(hard, above.hardTimeoutMs, 'timeout.hard')
  // A level may shorten the hard one alone: then the soft one of the level above has no effect, and harms nobody.
  if (soft !== undefined && soft !== false) assertReached(softTimeoutMs, hardTimeoutMs)
  const window = (option: 'staleWhileRevalidate' | 'staleIfError' | 'backoff', inherited: number): number =>
    msOf(options[option], inherited, option, 0)
  const { ttl, negativeTtl, maxEntryBytes, jitter, refreshAhead, speculative } = options
  return {
    freshMs: ttl === undefined ? above.freshMs : toMs(ttl, 'ttl'),
    staleMs: window('staleWhileRevalidate', above.staleMs),
    errorMs: window('staleIfError', above.errorMs),
    jitter: ratioOf(jitter, above.jitter, () => {
      if (typeof jitter === 'number' && jitter >= 0 && jitter <= 1) return jitter
      throw wrongOption('jitter', 'a ratio from 0 to 1', jitter, 'Use 0.1 to shorten each ttl by up to a tenth.')
    }),
    refreshAhead: ratioOf(refreshAhead, above.refreshAhead, () => {
      if (refreshAhead === true) return 1
      if (typeof refreshAhead === 'number' && refreshAhead >= 0 && refreshAhead < NEVER) return refreshAhead
      throw wrongOption(
        'refreshAhead',
        "`true`, `false` or a number from 0 (XFetch's beta)",
        refreshAhead,
        'Use `true` for a beta of 1.',
      )
    }),
    negativeMs: msOf(negativeTtl, above.negativeMs, 'negativeTtl', undefined),
    maxEntryBytes:
      maxEntryBytes === undefined
        ? above.maxEntryBytes
        : maxEntryBytes === false
          ? NEVER
          : toBytes(maxEntryBytes, 'maxEntryBytes'),
    speculative: speculative ?? above.speculative,
    softTimeoutMs,
    hardTimeoutMs,
    backoffMs: window('backoff', above.backoffMs),
  }
}

/** Most calls say nothing of freshness, and then share the policy of the level above. */
function inheritsAll(options: FreshnessOptions): boolean {
  return (
    options.ttl === undefined &&
    options.staleWhileRevalidate === undefined &&
    options.staleIfError === undefined &&
    options.jitter === undefined &&
    options.refreshAhead === undefined &&
    options.negativeTtl === undefined &&
    options.maxEntryBytes === undefined &&
    options.speculative === undefined &&
    options.timeout === undefined &&
    options.backoff === undefined
  )
}

function msOf<Off extends number | undefined, Inherited extends number | undefined>(
  value: Duration | false | undefined,
  inherited: Inherited,
  option: string,
  off: Off,
): number | Off | Inherited {
  if (value === undefined) return inherited
  return value === false ? off : toMs(value, option)
}

function ratioOf(value: unknown, inherited: number, given: () => number): number {
  if (value === undefined) return inherited
  return value === false ? 0 : given()
}

function limit(value: Duration | false | undefined, inherited: number, option: string): number {
  const ms = msOf(value, inherited, option, NEVER)
  if (ms > 0) return ms
  throw wrongOption(option, 'positive', value, 'Use `false` to wait forever.')
}

function assertReached(softMs: number, hardMs: number): void {
  if (softMs <= hardMs) return
  throw wrongOption(
    'timeout.soft',
    `at most \`timeout.hard\` (${formatDuration(hardMs)})`,
    formatDuration(softMs),
    'Use a shorter one, or raise `timeout.hard`.',
  )
}

function timeoutsOf(timeout: FreshnessOptions['timeout']): TimeoutOptions {
  if (timeout === undefined) return {}
  if (timeout === false) return { soft: false, hard: false }
  if (typeof timeout !== 'object' || Array.isArray(timeout)) return { hard: timeout as Duration }
  checkOptions(timeout, 'timeout', TIMEOUT_OPTIONS)
  return timeout
}
