/** Where a cache has its shared half from: what lower tiers, shared logs and leases need of the engine. */
import { ConfigError, type Tier } from '@hotpath/contract'
import type { CacheOptions } from './options.ts'
import type { SharedEngine } from './shared/shared.ts'

/** The version that this engine works with. */
const VERSION: SharedEngine['version'] = 1

/**
 * The shared half that a cache needs; `undefined` for memory alone.
 *
 * @throws ConfigError when a tier or log needs it and nobody brings it, or brings that of another version of core.
 */
export function sharedHalfOf({ tiers, log, shared }: CacheOptions): SharedEngine | undefined {
  const needy = log === undefined ? tiers.find((tier, index) => index > 0 || !isPlainMemory(tier)) : 'log'
  if (needy === undefined) return undefined
  const given: unknown = shared ?? tiers.find((tier) => tier.shared !== undefined)?.shared
  const half = given as Partial<SharedEngine> | undefined
  if (half?.brand === '@hotpath/core/shared' && half.version === VERSION) return half as SharedEngine
  if (needy !== 'log' && half === undefined && isPlainMemory(needy)) {
    const option = `tiers[${tiers.indexOf(needy)}]`
    throw unusable(
      option,
      `\`${option}\` is a second memory tier, which would only keep what the first one keeps. Give the first one more room, or put a shared tier after it, such as \`redis({ client })\`.`,
    )
  }
  throw unusable(
    'shared',
    half?.brand === '@hotpath/core/shared'
      ? `${nameOf(needy)} comes with the shared half of another version of \`@hotpath/core\`. Install one version of it for all adapters.`
      : `${nameOf(needy)} needs the shared half of the engine. Give \`shared\` of '@hotpath/core/shared' to \`createCache\`, or put it on the tier.`,
  )
}

function isPlainMemory(tier: Tier): boolean {
  return tier.type === 'memory' && tier.openLog === undefined && tier.openLease === undefined
}

function nameOf(needy: Tier | 'log'): string {
  return needy === 'log' ? '`log`' : `The \`${needy.type}\` tier`
}

function unusable(option: string, message: string): ConfigError {
  return new ConfigError('ERR_CONFIG_OPTION', message, { context: { option } })
}
