/** What writes changed, as it will be invalidated. */
import type { DatabaseSchema } from '../catalog/database-schema.ts'
import { ALL_TAG, ANY_TAG, tagsOfTable } from '../dependencies/tags.ts'
import type { Params } from '../driver/driver.ts'
import type { Plan } from '../read/plan.ts'

/** Invalidated with every change of the schema. */
export const SCHEMA_TAG = 'db#schema'

/** Collects what statements change. */
export class Changes {
  readonly #tags = new Set<string>()
  #isAll = false
  #isSchema = false
  /** The state of the schema by which it was found out what changes. */
  judgedBy: object | undefined

  /** Whether there is nothing. */
  get isEmpty(): boolean {
    return !this.#isAll && this.#tags.size === 0
  }

  /** Whether the schema has changed. */
  get isSchema(): boolean {
    return this.#isSchema
  }

  /** Adds what a statement may change. */
  add(plan: Plan, params: Params): void {
    if (!plan.mayWrite) return
    this.addTags(plan.dependencies.writeTags(params))
    if (plan.mayWriteAll) this.#isAll = true
    if (plan.statement.kind !== 'ddl') return
    this.#isAll = true
    this.#isSchema = true
  }

  /** Adds tags. */
  addTags(tags: readonly string[]): void {
    for (const tag of tags) this.#tags.add(tag)
  }

  /** Anything may have changed. */
  addAll(): void {
    this.#isAll = true
  }

  /** Takes over what another one has. */
  merge(other: Changes): void {
    this.addTags([...other.#tags])
    this.#isAll ||= other.#isAll
    this.#isSchema ||= other.#isSchema
    // Judged by two states: by none that holds.
    if (this.judgedBy !== undefined && other.judgedBy !== undefined && this.judgedBy !== other.judgedBy)
      this.#isAll = true
    this.judgedBy ??= other.judgedBy
  }

  /**
   * Tags of what is invalidated.
   *
   * @param dependents - Names of what changes with any table, and may be no table.
   */
  tags(schema: DatabaseSchema | undefined, dependents: Iterable<string>): readonly string[] {
    const tags = new Set([ALL_TAG, ...this.#tags])
    if (this.#isAll) {
      const all = [ANY_TAG, ...(schema?.allTags() ?? []), ...[...dependents].flatMap(tagsOfTable)]
      for (const tag of all) tags.add(tag)
    }
    if (this.#isSchema) tags.add(SCHEMA_TAG)
    if (schema?.dialect === 'mysql')
      for (const tag of [...tags]) for (const other of otherNames(tag, schema.own)) tags.add(other)
    return [...tags]
  }
}

/**
 * A process whose connections are in another database names the same table with its schema, and one that names it so may
 * be in ours.
 */
function otherNames(tag: string, own: string): string[] {
  const [, schema, rest] = /^table:(?:([^./#]+)\.)?([^.]+.*)$/.exec(tag) ?? []
  if (rest === undefined) return []
  // `tickets.status` may be a column of ours, or a table of a database called tickets.
  const names = [`table:${own}.${rest}`]
  if (schema !== undefined) names.push(`table:${own}.${schema}.${rest}`, `table:${rest}`)
  return names
}
