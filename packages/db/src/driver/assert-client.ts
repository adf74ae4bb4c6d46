/** The error for something that a driver cannot work with. */
import { ConfigError, isPromise, kindOf } from '@hotpath/contract'

/** @param wayOut - What to pass instead. */
export function wrongClient(name: string, rule: string, value: unknown, wayOut: string, found?: string): ConfigError {
  const advice = isPromise(value) ? '`await` it first.' : wayOut
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${name}\` must be ${rule}, received ${found ?? kindOf(value)}. ${advice}`,
  )
}
