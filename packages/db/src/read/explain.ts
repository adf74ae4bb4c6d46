/** Says in words what would happen to a statement. */
import type { Inspection } from '@hotpath/core'
import type { Params } from '../driver/driver.ts'
import type { Explanation } from '../query-optimizer.ts'
import type { LogReader } from '../ttl/write-rates.ts'
import { type Bypass, type Plan, tagsOf } from './plan.ts'

/** What it is said from. */
export interface Explained {
  readonly plan: Plan
  readonly params: Params
  readonly bypass: Bypass | undefined
  readonly inspection: Inspection | undefined
  /** Of what it may change. */
  readonly writtenTags: readonly string[]
  readonly log: LogReader
}

const WHY: Readonly<Record<Bypass, string>> = {
  lock: 'It locks rows.',
  session: 'It is about the session or the server.',
  several: 'It is several statements in one text.',
  temporary: 'It uses a temporary table, which each connection has for itself.',
  volatile: 'It calls a function whose result is not that of its arguments alone.',
  unknown: 'It is not understood; it may read and write any table.',
  table: 'It names a table that is not in the catalog.',
  system: 'It reads something that changes without statements: a system, foreign or virtual table, or a view over one.',
  function: 'It calls a function of yours that may read or write tables.',
  'row-security': 'A table shows each session other rows, and no `session` says which one it is.',
  parameter:
    'A parameter is an object of a class, which the driver may turn into anything, or a string like `now`, which PostgreSQL may take for the time of the call.',
  option: 'The call says so.',
  transaction: 'It runs in a transaction.',
  settings: 'The connection has other settings than the others.',
  write: 'It may change rows.',
}

const CONTROL = 'It begins or ends a transaction, and is refused: use `db.transaction`.'

/** Says it. */
export function explanationOf({ plan, params, bypass, inspection, writtenTags, log }: Explained): Explanation {
  const common = {
    bypass,
    key: inspection?.key,
    tables: plan.tables,
    fingerprint: plan.statement.fingerprint,
    invalidatedBy: [],
    ttlLeftMs: undefined,
  }
  if (plan.mayWrite) {
    if (plan.statement.kind === 'transaction') return { ...common, decision: 'write', why: CONTROL, tags: [] }
    return { ...common, decision: 'write', why: WHY[bypass ?? 'write'], tags: writtenTags }
  }
  if (inspection === undefined) {
    const reason = bypass ?? 'parameter'
    return { ...common, bypass: reason, decision: 'bypass', why: WHY[reason], tags: tagsOf(plan, params) }
  }
  const { state: age, asOf, tags, ttlLeftMs } = inspection
  if (age === 'fresh' || age === 'stale') {
    return { ...common, decision: 'hit', why: 'The cache has a result that holds.', tags, ttlLeftMs }
  }
  const invalidatedBy = asOf === undefined ? [] : tags.filter((tag) => !log.isCurrent(asOf, { tags: [tag] }))
  return { ...common, decision: 'miss', why: whyMissed(age, invalidatedBy), tags: tagsOf(plan, params), invalidatedBy }
}

function whyMissed(age: Inspection['state'], invalidatedBy: readonly string[]): string {
  if (age === 'missing') return 'The cache has no result of it.'
  if (age !== 'outdated') return 'The result is older than its ttl.'
  if (invalidatedBy.length === 0) return 'The result was invalidated as a whole.'
  return `Since it was loaded, ${invalidatedBy.join(', ')} was invalidated.`
}
