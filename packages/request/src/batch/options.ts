import { type Clock, type Duration, type OptionTable, checkOptions, wrongOption } from '@hotpath/contract'
import { type Backoff, BACKOFF_OPTIONS, type BackoffOptions, backoffOf } from '../retry/backoff.ts'
import { assertKeyOf, type CallKey } from '../share/call-key.ts'
import type { RequestEvents } from '../call/events.ts'
import { isRetryable } from '../retry/is-retryable.ts'
import { assertOptions, clockOf, eventsOf, type PolicyOptions } from '../checks/policy-options.ts'
import { count, finiteCount, limitMs, positiveMs } from '../checks/quantities.ts'
import { assertFunction } from '../call/function.ts'

/** How the keys that failed are loaded again. */
export interface BatchRetryOptions extends BackoffOptions {
  /** How often a key is asked for at most, the first time included. Default 3. */
  readonly attempts?: number | undefined
  /** Whether another attempt may help. Default: `isRetryable`. */
  readonly when?: ((error: unknown, attempt: number) => boolean) | undefined
}

/** Options of `batch`. */
export interface BatchOptions<Key> extends PolicyOptions {
  /** What distinguishes keys. Default: the key itself, which then must be data. */
  readonly key?: ((key: Key) => CallKey) | undefined
  /** How long keys are collected. Default: until this turn of the event loop ends. A window is a delay for everyone. */
  readonly window?: Duration | false | undefined
  /** With so many keys a batch goes out at once. Default 100. */
  readonly maxBatch?: number | undefined
  /** How many batches are under way at a time. Default: as many as there are. */
  readonly concurrency?: number | undefined
  /** How many keys may wait; one more fails with `ERR_REQUEST_QUEUE_FULL`. Default 100,000. */
  readonly maxQueue?: number | undefined
  /** How long a batch may take. Default `'30s'`. */
  readonly timeout?: Duration | false | undefined
  /** Loads keys that failed again, and only those. Default off. */
  readonly retry?: BatchRetryOptions | false | undefined
  /**
   * When a batch fails as a whole, whether it is divided until the keys that make it fail are alone, so that all others
   * are answered. Costs about two calls for each halving, fewer when everything fails. Default `true`.
   */
  readonly isolate?: boolean | undefined
  /** How many values are kept for later loads, the least recently used goes first. Default 0. */
  readonly maxEntries?: number | undefined
}

/** What `batchPlanOf` checks. */
export const BATCH_OPTIONS: OptionTable<Exclude<keyof BatchOptions<unknown>, keyof PolicyOptions>> = {
  key: true,
  window: true,
  maxBatch: true,
  concurrency: true,
  maxQueue: true,
  timeout: true,
  retry: true,
  isolate: true,
  maxEntries: true,
}

const BATCH_RETRY_OPTIONS: OptionTable<'attempts' | 'when'> = { attempts: true, when: true }

/** Options, checked. */
export interface BatchPlan {
  readonly name: string
  readonly key: ((key: never) => CallKey) | undefined
  /** `undefined`: until the turn ends. */
  readonly windowMs: number | undefined
  readonly maxBatch: number
  readonly concurrency: number
  readonly maxQueue: number
  readonly timeoutMs: number
  readonly attempts: number
  readonly backoff: Backoff
  readonly when: (error: unknown, attempt: number) => boolean
  readonly isolate: boolean
  readonly maxEntries: number
  readonly clock: Clock
  readonly events: RequestEvents | undefined
}

/** @throws ConfigError naming the option, the value seen and the way out. */
export function batchPlanOf<Key>(
  options: BatchOptions<Key>,
  name: string,
  tables: readonly OptionTable[] = [BATCH_OPTIONS],
): BatchPlan {
  assertOptions(options, 'batch', tables)
  assertKeyOf(options.key)
  const { window = false, retry = false, isolate = true } = options
  if (typeof isolate !== 'boolean')
    throw wrongOption('isolate', '`true` or `false`', isolate, 'Leave it out for `true`.')
  if (retry !== false) checkOptions(retry, 'retry', BATCH_RETRY_OPTIONS, BACKOFF_OPTIONS)
  const { when = isRetryable } = retry === false ? {} : retry
  assertFunction(when, 'retry.when', 'when: (error) => isRetryable(error)')
  const windowMs =
    window === false ? undefined : positiveMs(window, 'window', 'Leave it out to wait for the end of the turn.')
  if (windowMs === Number.POSITIVE_INFINITY) throw wrongOption('window', 'finite', window, "Use for example '50ms'.")
  return {
    name,
    key: options.key,
    windowMs,
    maxBatch: count(options.maxBatch, 100, 'maxBatch'),
    concurrency: count(options.concurrency, Number.POSITIVE_INFINITY, 'concurrency'),
    maxQueue: count(options.maxQueue, 100_000, 'maxQueue'),
    timeoutMs: limitMs(options.timeout, 30_000, 'timeout'),
    attempts: retry === false ? 1 : count(retry.attempts, 3, 'retry.attempts'),
    backoff: backoffOf(retry === false ? {} : retry),
    when,
    isolate,
    maxEntries: finiteCount(options.maxEntries, 0, 'maxEntries', 0),
    clock: clockOf(options),
    events: eventsOf(options),
  }
}
