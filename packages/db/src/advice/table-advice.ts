/** What the catalog alone shows: foreign keys without an index, indexes that others replace, and unused ones. Pure. */
import type { Dialect } from '../statement/dialect.ts'
import { createIndexSql } from './index-for.ts'
import type { FoundAdvice } from './found-advice.ts'
import { type IndexFacts, type TableFacts, beginsWith } from './tables/table-facts.ts'

/** Of smaller tables nothing is said. */
const MIN_ROWS = 1_000
/** A table that was read less often says nothing about the use of its indexes. */
const MIN_READS = 100

/** All of it, for one table. */
export function adviceOnTable(table: TableFacts, dialect: Dialect): FoundAdvice[] {
  if (table.rows < MIN_ROWS) return []
  const duplicates = duplicatesOf(table)
  const isDropped = new Set(duplicates.map(([index]) => index))
  const common = { savesMs: undefined, fingerprint: undefined, table: table.name }
  return [
    ...table.foreignKeys
      .filter((columns) => !table.indexes.some((index) => beginsWith(index, columns)))
      .map(
        (columns): FoundAdvice => ({
          ...common,
          ...{ kind: 'foreign-key', basis: 'rule' },
          finding: `\`${table.name}\` (${rounded(table.rows)} rows) has no index for its foreign key (${columns.join(', ')}): to delete a row that it refers to, all of it is read.`,
          fix: createIndexSql(table, columns, dialect),
          index: { table, groups: [columns] },
        }),
      ),
    ...duplicates.map(
      ([index, by]): FoundAdvice => ({
        ...common,
        ...{ kind: 'duplicate-index', basis: 'rule' },
        finding: `The index \`${index.name}\` of \`${table.name}\` finds nothing that \`${by.name}\` does not find too, and each write keeps both.`,
        fix: dropIndexSql(index, table, dialect),
      }),
    ),
    ...unusedOf(table)
      .filter((index) => !isDropped.has(index))
      .map(
        (index): FoundAdvice => ({
          ...common,
          ...{ kind: 'unused-index', basis: 'counted' },
          finding: `The index \`${index.name}\` was never used, while \`${table.name}\` was read ${rounded(table.reads ?? 0)} times. Look at replicas too: each server counts for itself.`,
          fix: dropIndexSql(index, table, dialect),
        }),
      ),
  ]
}

/** Indexes that another one replaces, with that one. */
function duplicatesOf({ indexes }: TableFacts): (readonly [IndexFacts, IndexFacts])[] {
  const found: (readonly [IndexFacts, IndexFacts])[] = []
  for (const [at, index] of indexes.entries()) {
    if (index.isConstraint || index.columns.length === 0) continue
    const by = indexes.find((other, otherAt) => otherAt !== at && replaces(other, index, otherAt < at))
    if (by !== undefined) found.push([index, by])
  }
  return found
}

/** Whether an index has all that another has. @param isFirst - Of two that are the same, the first one stays. */
function replaces(other: IndexFacts, index: IndexFacts, isFirst: boolean): boolean {
  const isSame = other.parts.length === index.parts.length
  if (other.method !== index.method || !index.parts.every((part, at) => other.parts[at] === part)) return false
  if (index.isUnique) return isSame && other.isUnique && (other.isConstraint || isFirst)
  return !isSame || other.isUnique || isFirst
}

function unusedOf({ indexes, foreignKeys, reads }: TableFacts): IndexFacts[] {
  if (reads === undefined || reads < MIN_READS) return []
  // Without that of a foreign key, deletes elsewhere become slow; a unique one keeps what it is for.
  const isNeeded = (index: IndexFacts): boolean =>
    index.isUnique || index.isConstraint || foreignKeys.some((columns) => beginsWith(index, columns))
  return indexes.filter((index) => index.uses === 0 && !isNeeded(index))
}

function dropIndexSql({ name }: IndexFacts, { sqlName }: TableFacts, dialect: Dialect): string {
  if (dialect === 'mysql') return `drop index ${name} on ${sqlName}`
  return dialect === 'postgres' ? `drop index concurrently ${name}` : `drop index ${name}`
}

/** About: 20,413 is 20,000. */
export function rounded(count: number): string {
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(count, 1))) - 1)
  return (Math.round(count / digits) * digits).toLocaleString('en-US')
}
