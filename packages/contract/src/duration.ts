import { type QuantityKind, readQuantity } from './quantity.ts'

/** A span of time: milliseconds as a number, a string with a unit such as `'250ms'`, `'5s'`, `'1.5h'`, or `Infinity`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const DURATION: QuantityKind = {
  code: 'ERR_CONFIG_DURATION',
  units: MS_PER_UNIT,
}

/**
 * Converts a duration to integer milliseconds, or `Infinity`. Fractions are rounded, but not to 0, which has a meaning
 * of its own.
 *
 * @param option - Name of the option that holds the duration, for the error.
 * @throws ConfigError `ERR_CONFIG_DURATION` for NaN, a negative, an unknown or a missing unit, or another type.
 */
export function toMs(value: Duration, option: string): number {
  return readQuantity(value, option, DURATION)
}

/**
 * Reads a duration that the program did not write itself, as an environment variable: milliseconds as digits alone, or
 * what `toMs` reads. Spaces around it do not count.
 *
 * @param text - `undefined` for a variable that is not set.
 * @param name - Of the variable, for the error.
 * @returns Milliseconds, or `Infinity` for `'Infinity'`.
 * @throws ConfigError `ERR_CONFIG_DURATION` for what is no duration, and for `undefined` and `''`.
 *
 * @example
 * ```ts
 * import { parseDuration } from '@hotpath/contract'
 *
 * const env: Record<string, string | undefined> = { CACHE_TTL: '5m' }
 * console.log(parseDuration(env.CACHE_TTL ?? '1m', 'CACHE_TTL')) // 300000
 * console.log(parseDuration('250', 'CACHE_TTL')) // 250
 * ```
 */
export function parseDuration(text: string | undefined, name: string): number {
  const given = typeof text === 'string' ? text.trim() : text
  const isNumber = typeof given === 'string' && /^(?:-?\d+(?:\.\d+)?|Infinity)$/.test(given)
  return toMs((isNumber ? Number(given) : given) as Duration, name)
}

/**
 * Writes milliseconds in the largest unit that is exact: `90s`, `5m`, `2d`. `toMs` reads it back; `Infinity` stays
 * `Infinity`.
 */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0ms'
  if (!Number.isFinite(ms)) return String(ms)
  let shortest = `${ms}ms`
  for (const [unit, size] of Object.entries(MS_PER_UNIT)) if (ms % size === 0) shortest = `${ms / size}${unit}`
  return shortest
}
