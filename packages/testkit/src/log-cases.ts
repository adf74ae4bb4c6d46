import { type OptionTable, checkOptions, clockOption, functionOption } from '@hotpath/contract'
import type { ConformanceCase } from './suite/conformance-case.ts'
import { LOG_APPEND } from './suite/log-append.ts'
import { type LogCasesOptions, runLogCase } from './suite/log-bench.ts'
import { LOG_FOLLOW } from './suite/log-follow.ts'
import { LOG_POSITIONS } from './suite/log-positions.ts'
import { LOG_SCOPES } from './suite/log-scopes.ts'

const LOG_CASES_OPTIONS: OptionTable<keyof LogCasesOptions> = {
  open: functionOption,
  close: functionOption,
  clock: clockOption,
}

/**
 * The conformance suite of the `InvalidationLog` port: what coherence leans on. Each case opens a log of its own.
 *
 * Where a log has bounds, run the suite a second time with small ones: what is forgotten must raise the floor. For how to hand
 * the cases to a test runner see `tierCases`.
 */
export function logCases(options: LogCasesOptions): readonly ConformanceCase[] {
  checkOptions(options, 'logCases', LOG_CASES_OPTIONS)
  const cases = [...LOG_APPEND, ...LOG_FOLLOW, ...LOG_SCOPES, ...LOG_POSITIONS]
  return cases.map(({ name, run }) => ({ name, run: () => runLogCase(options, run) }))
}
