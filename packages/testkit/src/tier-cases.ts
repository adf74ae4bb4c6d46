import { type OptionTable, checkOptions, clockOption, functionOption } from '@hotpath/contract'
import type { ConformanceCase } from './suite/conformance-case.ts'
import { TIER_BASICS } from './suite/tier-basics.ts'
import { type TierCasesOptions, runTierCase } from './suite/tier-bench.ts'
import { TIER_NAMES } from './suite/tier-names.ts'
import { TIER_ORDER } from './suite/tier-order.ts'
import { TIER_UPKEEP } from './suite/tier-upkeep.ts'
import { TIER_VALUES } from './suite/tier-values.ts'

const TIER_CASES_OPTIONS: OptionTable<keyof TierCasesOptions> = {
  open: functionOption,
  close: functionOption,
  clock: clockOption,
}

/**
 * The conformance suite of the `Tier` port: what the engine leans on. Each case opens a tier of its own.
 *
 * What a store declares absent (`peek`, `usage`, `shared`) is not asked of it.
 *
 * @example
 * ```ts
 * import { asyncTier, tierCases } from '@hotpath/testkit'
 *
 * // Or, in any test runner: `test(name, run)`.
 * for (const { run } of tierCases({ open: () => asyncTier() })) await run()
 * ```
 */
export function tierCases(options: TierCasesOptions): readonly ConformanceCase[] {
  checkOptions(options, 'tierCases', TIER_CASES_OPTIONS)
  const cases = [...TIER_BASICS, ...TIER_VALUES, ...TIER_ORDER, ...TIER_NAMES, ...TIER_UPKEEP]
  return cases.map(({ name, run }) => ({ name, run: () => runTierCase(options, run) }))
}
