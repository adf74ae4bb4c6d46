/** Checks of numbers and durations. Each names the option, the value seen and the way out. */
import { type Duration, toMs, wrongOption } from '@hotpath/contract'

/** A duration above 0, or `Infinity`. */
export function positiveMs(value: Duration, option: string, wayOut: string): number {
  const ms = toMs(value, option)
  if (ms > 0) return ms
  throw wrongOption(option, 'positive', value, wayOut)
}

/** A duration above 0 that ends: what is said of others must not suggest `Infinity`. */
export function finiteMs(value: Duration, option: string, wayOut: string): number {
  let ms = Number.POSITIVE_INFINITY
  try {
    ms = toMs(value, option)
  } catch {
    // What it suggests would be refused here.
  }
  if (ms > 0 && ms < Number.POSITIVE_INFINITY) return ms
  throw wrongOption(option, 'a duration above 0 and finite', value, wayOut, 'ERR_CONFIG_DURATION')
}

/** A duration that `false` turns off: then it is `Infinity`. */
export function limitMs(value: Duration | false | undefined, inherited: number, option: string): number {
  if (value === undefined) return inherited
  return value === false ? Number.POSITIVE_INFINITY : positiveMs(value, option, 'Use `false` for no limit.')
}

/** A whole number of at least `min`, or `Infinity`. */
export function count(value: number | undefined, inherited: number, option: string, min = 1): number {
  if (value === undefined) return inherited
  const isWhole = Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY
  if (isWhole && value >= min) return value
  throw wrongOption(
    option,
    `a whole number of at least ${min}`,
    value,
    `Use ${Math.max(min, 1)} or more, or \`Infinity\`.`,
  )
}

/** A whole number of at least `min`; where nothing is inherited it must be given. */
export function finiteCount(value: number | undefined, inherited: number | undefined, option: string, min = 1): number {
  const counted = value ?? inherited
  if (counted !== undefined && Number.isSafeInteger(counted) && counted >= min) return counted
  throw wrongOption(option, `a whole number of at least ${min}`, value, `Use for example ${Math.max(min, 10)}.`)
}

/** A ratio above 0 and up to 1. */
export function ratio(value: number | undefined, inherited: number, option: string): number {
  if (value === undefined) return inherited
  if (typeof value === 'number' && value > 0 && value <= 1) return value
  throw wrongOption(option, 'a ratio above 0 and up to 1', value, `Use for example ${inherited}.`)
}
