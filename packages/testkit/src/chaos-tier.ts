import { type OptionTable, type Tier, checkOptions } from '@hotpath/contract'
import { aroundTier } from './around-tier.ts'
import { CHAOS_OPTIONS, type ChaosOptions, type ChaosSwitches, createChaos, ratioOption } from './chaos.ts'

/** How often what goes wrong with a tier. */
export interface ChaosTierOptions extends ChaosOptions {
  /** Ratio of writes (`set`, `setMany`, `delete`, `clear`) that are acknowledged without effect. Default 0. */
  readonly dropRate?: number | undefined
}

/** A tier in chaos. */
export interface ChaosTier extends Tier, ChaosSwitches {}

const CHAOS_TIER_OPTIONS: OptionTable<'dropRate'> = { dropRate: ratioOption }
const WRITES: ReadonlySet<string> = new Set(['set', 'setMany', 'delete', 'clear'])

/**
 * Makes a tier fail, hang, delay and lose writes, from a seed and by hand. It answers with promises, whatever `inner`
 * does. `close()` and a log or leases that `inner` brings stay unharmed.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` for a ratio outside 0..1.
 *
 * @example
 * ```ts
 * import { asyncTier, chaosTier, createFakeClock, createRandom } from '@hotpath/testkit'
 *
 * const clock = createFakeClock()
 * const tier = chaosTier(asyncTier(), { random: createRandom(7), clock, failRate: 0.1, delayMs: 20 })
 * tier.down() // every call rejects until tier.up()
 * ```
 */
export function chaosTier(inner: Tier, options: ChaosTierOptions): ChaosTier {
  checkOptions(options, 'chaosTier', CHAOS_TIER_OPTIONS, CHAOS_OPTIONS)
  const { dropRate = 0 } = options
  const chaos = createChaos(options)
  const tier = aroundTier(inner, (operation, action) =>
    chaos.call(operation, action, WRITES.has(operation) ? dropRate : 0),
  )
  return Object.assign(tier, {
    counts: chaos.counts,
    down() {
      chaos.isDown = true
    },
    up() {
      chaos.isDown = false
    },
  })
}
