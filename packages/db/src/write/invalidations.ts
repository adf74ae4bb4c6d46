/** Invalidates what statements changed, by one append for all that one statement or transaction did. */
import { DatabaseError, type Token } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { holdOpen } from '@hotpath/core/hold'
import type { SchemaState, SchemaWatch } from '../catalog/schema-watch.ts'
import { tableTag, tableTags, tagsOfTable } from '../dependencies/tags.ts'
import type { Params } from '../driver/driver.ts'
import type { Plan } from '../read/plan.ts'
import type { TablesOfOptions } from '../table-settings.ts'
import { Changes } from './changes.ts'
import { namedBy, relationNamed, unknownTable } from './named-tables.ts'

/** What is needed for it. */
export interface InvalidationsOptions {
  readonly cache: Pick<Cache, 'invalidateTags'>
  readonly schema: SchemaWatch
  /** What changes with what. */
  readonly tables: TablesOfOptions
}

/** Invalidates what was changed; resolves to `undefined` for nothing. */
export type Append = (changes: Changes) => Promise<Token | undefined>

/** Invalidates. */
export class Invalidations {
  readonly #options: InvalidationsOptions
  #wroteSinceCheck = false

  constructor(options: InvalidationsOptions) {
    this.#options = options
  }

  /**
   * Writes or commits, then appends. The cache is open until both are done, or has waited in vain.
   *
   * @throws ClosedError when the cache is closed: nothing is run, as it could not be invalidated. DatabaseError
   *   `ERR_DB_NOT_INVALIDATED` when that turned out afterwards.
   */
  after<Result>(write: (append: Append) => Promise<Result>): Promise<Result> {
    return holdOpen(this.#options.cache, ({ invalidateTags }) =>
      write(async (changes) => {
        const tags = this.#judged(changes)
        try {
          return tags && (await invalidateTags(tags))
        } catch (cause) {
          throw notInvalidated(cause)
        }
      }),
    )
  }

  /** Adds what a statement may change. Called before it is run. */
  collect(changes: Changes, plan: Plan, params: Params): void {
    if (!plan.mayWrite) return
    changes.add(plan, params)
    changes.judgedBy ??= this.#options.schema.last()
    const { dependents } = this.#options.tables.current()
    if (dependents.size === 0) return
    for (const table of plan.dependencies.writesTables ?? dependents.keys()) {
      changes.addTags((dependents.get(table) ?? []).flatMap(tagsOfTable))
    }
  }

  /** Appends. Resolves although the log is away: until it is back the invalidation holds in this process. */
  async append(changes: Changes): Promise<Token | undefined> {
    return changes.isEmpty ? undefined : this.after((append) => append(changes))
  }

  /**
   * Invalidates what depends on tables, by their names.
   *
   * @throws ConfigError for a name of no table, before anything is invalidated.
   */
  async tables(names: readonly string[]): Promise<Token> {
    const { schema } = await this.#stateFor(names)
    const relations = schema.writes(names.flatMap((name) => namedBy(name, schema.dialect)))
    const tags = [...relations.flatMap((relation) => schema.tagsOf(relation)), ...names.flatMap(tableTags)]
    const changes = new Changes()
    changes.addTags(tags)
    const { dependents } = this.#options.tables.current()
    changes.addTags(tags.flatMap((tag) => dependents.get(tag.slice('table:'.length)) ?? []).flatMap(tagsOfTable))
    if (relations.some(({ writes }) => writes === 'all')) changes.addAll()
    return (await this.append(changes)) as Token
  }

  /** A state of the schema that has these tables. One that was made a moment ago is found by another look. */
  async #stateFor(names: readonly string[]): Promise<SchemaState> {
    const { schema: watch } = this.#options
    const state = await watch.ready()
    if (this.#unknownIn(names, state) === undefined) return state
    const now = await watch.lookAgain()
    const unknown = now && this.#unknownIn(names, now)
    if (unknown !== undefined) throw unknownTable(unknown, now?.schema.names() ?? [])
    return now ?? state
  }

  /** The first name that neither the catalog nor `dependsOn` has. */
  #unknownIn(names: readonly string[], { schema }: SchemaState): string | undefined {
    const { dependents } = this.#options.tables.current()
    const depending = new Set([...dependents].flatMap(([table, others]) => [table, ...others]))
    const isKnown = (name: string): boolean =>
      relationNamed(name, schema) !== undefined || depending.has(tableTag(name).slice('table:'.length))
    return names.find((name) => !isKnown(name))
  }

  /** The schema turned out to be another: what was written since the last look was judged by one that did not hold. */
  async schemaChanged(): Promise<void> {
    if (!this.#wroteSinceCheck) return
    this.#wroteSinceCheck = false
    const changes = new Changes()
    changes.addAll()
    await holdOpen(this.#options.cache, ({ invalidateTags }) => invalidateTags(this.tagsOf(changes)))
  }

  #judged(changes: Changes): readonly string[] | undefined {
    if (changes.isEmpty) return undefined
    const { schema } = this.#options
    this.#wroteSinceCheck = true
    if (changes.isSchema) schema.expire()
    // The schema may have changed while we wrote, and what we know of cascades with it.
    else if (!schema.isCurrent() || (changes.judgedBy ?? schema.last()) !== schema.last()) changes.addAll()
    return this.tagsOf(changes)
  }

  /** Tags of what changes, by the catalog that is known last. */
  tagsOf(changes: Changes): readonly string[] {
    const { schema, tables } = this.#options
    return changes.tags(schema.last()?.schema, [...tables.current().dependents.values()].flat())
  }
}

/** It has run, and other processes do not know. */
function notInvalidated(cause: unknown): DatabaseError {
  return new DatabaseError(
    'ERR_DB_NOT_INVALIDATED',
    'The statement has run, but the cache was closed before what it changed could be invalidated, so other processes may serve old rows until their ttl ends. Call `db.close()` first, which waits for what is under way, then `cache.close()`.',
    { cause },
  )
}
