/** What options say of tables, by the names that tags have for them: a name in an option is looked up in the catalog. */
import { type ConfigError, wrongOption } from '@hotpath/contract'
import type { SchemaState, SchemaWatch } from './catalog/schema-watch.ts'
import type { DatabaseSchema, Relation } from './catalog/database-schema.ts'
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
    const found = (table: string, option: string): Relation | undefined => this.#find(table, option, schema)
    const ttls = new Map([...ttlByTable].map(([table, ttlMs]) => [tagName(table, found(table, 'ttl'), schema), ttlMs]))
    const direct = new Map<string, string[]>()
    for (const [table, others] of dependsOn) {
      const name = tagName(table, found(table, 'dependsOn'), schema)
      for (const other of others) {
        const relation = found(other, 'dependsOn')
        // A view changes with the tables that it reads.
        const all = relation === undefined ? [undefined] : (schema?.reads([relation]) ?? [])
        for (const one of all) {
          const written = tagName(other, one, schema)
          direct.set(written, [...(direct.get(written) ?? []), name])
        }
      }
    }
    return { ttls, dependents: closureOf(direct) }
  }

  #find(table: string, option: string, schema: DatabaseSchema | undefined): Relation | undefined {
    const relation = schema && relationNamed(table, schema)
    if (schema !== undefined && relation === undefined && !this.#reported.has(table)) {
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
    return relation
  }
}

/** The name in tags. One of no table stays as it is: entries of the user may have its tag. */
function tagName(table: string, relation: Relation | undefined, schema: DatabaseSchema | undefined): string {
  const name = relation === undefined || schema === undefined ? table : schema.nameOf(relation)
  return tableTag(name).slice('table:'.length)
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
