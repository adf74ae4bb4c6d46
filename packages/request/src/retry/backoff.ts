/**
 * How long to wait before the next attempt: exponential with full jitter, which spreads the attempts of many callers
 * best (Brooker, "Exponential Backoff and Jitter", 2015). Pure: time and randomness are given.
 */
import { type Duration, type Random, toMs, type OptionTable, wrongOption } from '@hotpath/contract'
import { positiveMs } from '../checks/quantities.ts'

/** How long to wait between attempts. */
export interface BackoffOptions {
  /** Before the second attempt; `0` tries again at once. Default `'100ms'`. */
  readonly delay?: Duration | undefined
  /** By how much the delay grows from one attempt to the next. Default 2. */
  readonly factor?: number | undefined
  /** The longest delay, `Retry-After` included: who is told to wait longer gives up. Default `'30s'`. */
  readonly maxDelay?: Duration | undefined
  /** Whether each delay is drawn at random from 0 up to its length (full jitter). Default `true`. */
  readonly jitter?: boolean | undefined
  /** Randomness. Default `Math.random`. */
  readonly random?: Random | undefined
}

/** What `backoffOf` checks. */
export const BACKOFF_OPTIONS: OptionTable<keyof BackoffOptions> = {
  delay: true,
  factor: true,
  maxDelay: true,
  jitter: true,
  random: true,
}

/** Options, checked. */
export interface Backoff {
  readonly delayMs: number
  readonly factor: number
  readonly maxMs: number
  readonly jitter: boolean
  readonly random: Random
}

/** @throws ConfigError naming the option, the value seen and the way out. */
export function backoffOf(options: BackoffOptions): Backoff {
  const { factor = 2, jitter = true, random = Math.random } = options
  if (typeof factor !== 'number' || !(factor >= 1 && factor < Number.POSITIVE_INFINITY)) {
    throw wrongOption('factor', 'a number from 1', factor, 'Use 1 for delays that do not grow.')
  }
  if (typeof jitter !== 'boolean')
    throw wrongOption('jitter', '`true` or `false`', jitter, 'Leave it out for full jitter.')
  if (typeof random !== 'function') throw wrongOption('random', 'a function', random, 'Leave it out for `Math.random`.')
  const delayMs = options.delay === undefined ? 100 : toMs(options.delay, 'delay')
  if (delayMs === Number.POSITIVE_INFINITY)
    throw wrongOption('delay', 'finite', delayMs, 'Use `attempts: 1` to never retry.')
  const maxMs =
    options.maxDelay === undefined
      ? 30_000
      : positiveMs(options.maxDelay, 'maxDelay', 'Use `delay: 0` to retry at once.')
  return { delayMs, factor, maxMs, jitter, random }
}

/** The delay after so many failures. */
export function delayAfter({ delayMs, factor, maxMs, jitter, random }: Backoff, failures: number): number {
  // The factor grows past all numbers, and none of them times nothing is no number.
  const longestMs = delayMs === 0 ? 0 : Math.min(maxMs, delayMs * factor ** (failures - 1))
  return Math.round(jitter ? random() * longestMs : longestMs)
}
