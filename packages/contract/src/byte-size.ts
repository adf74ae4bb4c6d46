import { type QuantityKind, readQuantity } from './quantity.ts'

/** An amount of memory: bytes as a number, or a string with a unit such as `'10kb'`, `'64mb'`; units are powers of 1024. */
export type ByteSize = number | `${number}${'b' | 'kb' | 'mb' | 'gb'}`

const BYTE_SIZE: QuantityKind = {
  code: 'ERR_CONFIG_BYTES',
  units: { b: 1, kb: 1_024, mb: 1_048_576, gb: 1_073_741_824 },
}

/**
 * Converts an amount of memory to integer bytes. `Infinity` passes: whether a bound may be missing is for the caller to
 * decide.
 *
 * @param option - Name of the option that holds the amount, for the error.
 * @throws ConfigError `ERR_CONFIG_BYTES` for NaN, a negative, an unknown or a missing unit, or another type.
 */
export function toBytes(value: ByteSize, option: string): number {
  return readQuantity(value, option, BYTE_SIZE)
}
