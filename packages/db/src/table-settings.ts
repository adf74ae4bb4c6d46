/** What options say of tables, by the names that tags have for them: a name in an option is looked up in the catalog. */
import { type ConfigError, wrongOption } from '@hotpath/contract'
import type { SchemaState, SchemaWatch } from './catalog/schema-watch.ts'
import type { DatabaseSchema } from './catalog/database-schema.ts'
import { tableTag } from './dependencies/tags.ts'
import type { Settings } from './settings.ts'
import { meantTable, relationNamed } from './write/named-tables.ts'

/** By names in tags. */
export interface TableSettings {
  /** How long results of a table are kept, in milliseconds. */
  readonly ttls: ReadonlyMap<string, number>
  /** By a table that is written: those that change with it, and with those. */
  readonly dependents: ReadonlyMap<string, readonly string[]>
}

/** What tables are looked up for. */
export interface TableSettingsOptions {
  readonly settings: Pick<Settings, 'ttlByTable' | 'dependsOn'>
  readonly schema: Pick<SchemaWatch, 'last'>
  /** Called once for each name of no table, or none yet. */
  readonly unknown: (error: ConfigError) => void
}

/** Looks tables up, once for each version of the schema. */
export class TablesOfOptions {
  readonly #options: TableSettingsOptions
  readonly #reported = new Set<string>()
  #state: SchemaState | undefined
  #current: TableSettings | undefined

  constructor(options: TableSettingsOptions) {
    this.#options = options
  }

  /** As the catalog that is known last has them. */
  current(): TableSettings {
    const state = this.#options.schema.last()
    if (this.#current === undefined || state !== this.#state) {
      this.#state = state
      this.#current = this.#lookUp(state?.schema)
    }
    return this.#current
  }

  #lookUp(schema: DatabaseSchema | undefined): TableSettings {
    const { ttlByTable, dependsOn } = this.#options.settings
    const nameOf = (table: string, option: string): string => this.#nameOf(table, option, schema)
    const ttls = new Map([...ttlByTable].map(([table, ttlMs]) => [nameOf(table, 'ttl'), ttlMs]))
    const direct = new Map<string, string[]>()
    for (const [table, others] of dependsOn) {
      const name = nameOf(table, 'dependsOn')
      for (const other of others.map((one) => nameOf(one, 'dependsOn'))) {
        direct.set(other, [...(direct.get(other) ?? []), name])
      }
    }
    return { ttls, dependents: closureOf(direct) }
  }

  /** The name in tags. One of no table stays as it is: entries of the user may have its tag. */
  #nameOf(table: string, option: string, schema: DatabaseSchema | undefined): string {
    const relation = schema && relationNamed(table, schema)
    if (relation !== undefined) return (schema as DatabaseSchema).nameOf(relation)
    if (schema !== undefined && !this.#reported.has(table)) {
      this.#reported.add(table)
      this.#options.unknown(
        wrongOption(
          option,
          'by names of tables that the catalog shows',
          table,
          `${meantTable(table, schema.names())}It has no effect until there is such a table.`,
        ),
      )
    }
    return tableTag(table).slice('table:'.length)
  }
}

function closureOf(direct: ReadonlyMap<string, readonly string[]>): Map<string, readonly string[]> {
  const closure = new Map<string, readonly string[]>()
  for (const [table, dependents] of direct) {
    const all = new Set(dependents)
    // A set is iterated with what is added meanwhile.
    for (const one of all) for (const next of direct.get(one) ?? []) all.add(next)
    closure.set(table, [...all])
  }
  return closure
}
