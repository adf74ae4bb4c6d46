/** Options of the application's client with which the tier cannot keep its promises. */
import { ConfigError } from '@hotpath/contract'
import { clusterSlot } from './cluster-slot.ts'
import type { RedisClient } from './client.ts'

/** @throws ConfigError that names the option and the way out. */
export function assertClientOptions({ options = {}, isCluster }: RedisClient): void {
  const { keyPrefix, readOnly, role, scaleReads, monitor } = options
  if (keyPrefix !== undefined && keyPrefix !== null && typeof keyPrefix !== 'string') {
    throw refused('keyPrefix', 'must be a string, as the tier has to know it', 'Write it as text.')
  }
  if (isCluster === true && typeof keyPrefix === 'string' && isScattering(keyPrefix)) {
    throw refused(
      'keyPrefix',
      'must not hold `{}`, as keys of one cache would then belong to several slots',
      "Use a prefix without braces, or the tier's own `prefix`.",
    )
  }
  if (readOnly === true) throw refused('readOnly', 'must be off', PRIMARY)
  if (role === 'slave') throw refused('role', "must be `'master'`", PRIMARY)
  if (scaleReads !== undefined && scaleReads !== 'master') throw refused('scaleReads', "must be `'master'`", PRIMARY)
  if (monitor === true) throw refused('monitor', 'must be off', 'Give the tier a client of its own.')
}

const PRIMARY =
  'Give the tier a client of its own that talks to the primary: a replica may not know yet what was invalidated.'

/** A prefix with a hash tag keeps all keys in one slot; one with an empty hash tag undoes the tags that follow. */
function isScattering(keyPrefix: string): boolean {
  return clusterSlot(`${keyPrefix}{x}:a`) !== clusterSlot(`${keyPrefix}{x}:b`)
}

function refused(option: string, rule: string, wayOut: string): ConfigError {
  return new ConfigError('ERR_CONFIG_OPTION', `The client's option \`${option}\` ${rule}. ${wayOut}`)
}
