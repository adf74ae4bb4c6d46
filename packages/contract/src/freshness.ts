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
  speculative: true,
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

/** A policy while it is made. */
type Draft = { -readonly [Member in keyof Freshness]: Freshness[Member] }

/** What each option that is given, and not `undefined`, says of the policy. */
const RULES: Readonly<Record<string, (draft: Draft, value: unknown, option: string) => void>> = {
  ttl(draft, ttl, option) {
    draft.freshMs = toMs(ttl as Duration, option)
  },
  staleWhileRevalidate(draft, window, option) {
    draft.staleMs = msUnlessOff(window, option, 0)
  },
  staleIfError(draft, window, option) {
    draft.errorMs = msUnlessOff(window, option, 0)
  },
  jitter(draft, ratio, option) {
    if (ratio !== false && !(typeof ratio === 'number' && ratio >= 0 && ratio <= 1))
      throw wrongOption(option, 'a ratio from 0 to 1', ratio, 'Use 0.1 to shorten each ttl by up to a tenth.')
    draft.jitter = Number(ratio)
  },
  refreshAhead(draft, beta, option) {
    if (typeof beta !== 'boolean' && !(typeof beta === 'number' && beta >= 0 && beta < NEVER))
      throw wrongOption(
        option,
        "`true`, `false` or a number from 0 (XFetch's beta)",
        beta,
        'Use `true` for a beta of 1.',
      )
    draft.refreshAhead = Number(beta)
  },
  negativeTtl(draft, ttl, option) {
    draft.negativeMs = msUnlessOff(ttl, option, undefined)
  },
  maxEntryBytes(draft, size, option) {
    draft.maxEntryBytes = size === false ? NEVER : toBytes(size as ByteSize, option)
  },
  speculative(draft, isSpeculative, option) {
    draft.speculative = booleanOption(isSpeculative, option)
  },
  timeout(draft, timeout) {
    const { soft, hard } = timeoutsOf(timeout as FreshnessOptions['timeout'])
    if (hard !== undefined) draft.hardTimeoutMs = limit(hard, 'timeout.hard')
    if (soft === undefined) return
    draft.softTimeoutMs = limit(soft, 'timeout.soft')
    // A level may shorten the hard one alone: then the soft one of the level above has no effect, and harms nobody.
    if (soft !== false) assertReached(draft)
  },
  backoff(draft, pause, option) {
    draft.backoffMs = msUnlessOff(pause, option, 0)
  },
}

/**
 * Resolves one level of options over the level above it.
 *
 * @throws ConfigError naming the option, the value seen and the way out; options that are not of freshness are not looked
 *   at.
 */
export function resolveFreshness(above: Freshness, options: FreshnessOptions): Freshness {
  // Most calls say nothing of freshness, and then share the policy of the level above.
  let draft: Draft | undefined
  for (const option in options) {
    const value = options[option as keyof FreshnessOptions]
    if (value !== undefined && Object.hasOwn(RULES, option)) RULES[option]?.((draft ??= { ...above }), value, option)
  }
  return draft ?? above
}

function msUnlessOff<Off>(value: unknown, option: string, off: Off): number | Off {
  return value === false ? off : toMs(value as Duration, option)
}

function limit(value: unknown, option: string): number {
  const ms = msUnlessOff(value, option, NEVER)
  if (ms > 0) return ms
  throw wrongOption(option, 'positive', value, 'Use `false` to wait forever.')
}

function assertReached({ softTimeoutMs, hardTimeoutMs }: Freshness): void {
  if (softTimeoutMs <= hardTimeoutMs) return
  throw wrongOption(
    'timeout.soft',
    `at most \`timeout.hard\` (${formatDuration(hardTimeoutMs)})`,
    formatDuration(softTimeoutMs),
    'Use a shorter one, or raise `timeout.hard`.',
  )
}

function timeoutsOf(timeout: FreshnessOptions['timeout']): TimeoutOptions {
  if (timeout === false) return { soft: false, hard: false }
  if (typeof timeout !== 'object' || Array.isArray(timeout)) return { hard: timeout as Duration }
  checkOptions(timeout, 'timeout', TIMEOUT_OPTIONS)
  return timeout
}
