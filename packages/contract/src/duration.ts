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
