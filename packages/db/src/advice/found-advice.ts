/** Advice while a report is made: all that was found, before what one fix mends is put together. */
import type { Dialect } from '../statement/dialect.ts'
import { createIndexSql } from './index-for.ts'
import { type ColumnGroups, mergeIndexes } from './merge-indexes.ts'
import type { Advice } from './report.ts'
import type { TableFacts } from './tables/table-facts.ts'

/** One thing that was found. */
export interface FoundAdvice extends Advice {
  /** The index that its fix creates, if it is one. */
  readonly index?: WantedIndex | undefined
}

/** An index that would help. */
export interface WantedIndex {
  readonly table: TableFacts
  readonly groups: ColumnGroups
}

/** What saves most first; of one fix that several statements call for, the first, with the time of all. */
export function inOrder(found: readonly FoundAdvice[], dialect: Dialect): readonly Advice[] {
  const fixes = indexFixes(found, dialect)
  const byFix = new Map<string, Advice>()
  for (const { index, ...one } of found) {
    const fix = (index && fixes.get(index)) ?? one.fix
    const known = byFix.get(fix)
    const both = known?.savesMs === undefined ? one.savesMs : known.savesMs + (one.savesMs ?? 0)
    byFix.set(fix, { ...(known ?? one), fix, savesMs: both })
  }
  return [...byFix.values()].toSorted((one, other) => (other.savesMs ?? -1) - (one.savesMs ?? -1))
}

/** As few indexes as do for all that are wanted, as SQL. */
function indexFixes(found: readonly FoundAdvice[], dialect: Dialect): ReadonlyMap<WantedIndex, string> {
  const fixes = new Map<WantedIndex, string>()
  const all = found.flatMap(({ index }) => index ?? [])
  for (const table of new Set(all.map((one) => one.table))) {
    const wanted = all.filter((one) => one.table === table)
    const merged = mergeIndexes(wanted.map(({ groups }) => groups))
    for (const [at, one] of wanted.entries()) fixes.set(one, createIndexSql(table, merged[at] ?? [], dialect))
  }
  return fixes
}
