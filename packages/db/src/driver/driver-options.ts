/** Checks of the options of drivers. */
import { wrongOption } from '@hotpath/contract'

/** @throws ConfigError for what is not a whole number from 0. */
export function maxPreparedOption(value: unknown, option: string): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return
  throw wrongOption(option, 'a whole number from 0', value, 'Use 0 to prepare nothing.')
}
