/**
 * What the database says of its tables, at one version of the schema: which tables a view reads, and which ones a write
 * changes besides its own, by partitions, cascades and triggers. Pure; the readers beside it ask the database.
 */
import type { Catalog, CatalogTable } from '../dependencies/catalog.ts'
import { nameInTags } from '../dependencies/catalog.ts'
import { rowsTag, tableTag } from '../dependencies/tags.ts'
import type { Dialect } from '../statement/index.ts'

/** What a name stands for. */
export interface Relation {
  readonly schema: string
  readonly name: string
  /**
   * `opaque`: what it returns depends on more than tables, as a foreign or virtual table, or a view that calls a
   * function which does.
   */
  readonly kind: 'table' | 'view' | 'opaque'
  /** Tables and views that reading it reads too, as `schema.name`: of a view, or of policies. */
  readonly reads: readonly string[]
  /** Tables that any write to it changes too, by partitions, inheritance and triggers; `'all'` where nobody can say. */
  readonly writes: readonly string[] | 'all'
  /** Tables that deleting and updating its rows changes too. */
  readonly cascades: readonly string[]
  /** Whether reading it may write, as a view or a policy may call a function which does. */
  readonly writesWhenRead?: boolean | undefined
  /** Whether a rollback leaves what was written to it, as in tables of MyISAM. */
  readonly ignoresRollback?: boolean | undefined
  /** Whether each session may see other rows of it. */
  readonly hasRowSecurity: boolean
  /** Its primary key, where that is one integer or uuid. */
  readonly key?: NonNullable<CatalogTable['key']> | undefined
  /** All columns, where an update changes no other than it sets. */
  readonly columns?: readonly string[] | undefined
}

/** Whether a function computes from its arguments alone, reads tables, or may do anything. */
export type FunctionKind = 'pure' | 'reads' | 'anything'

/** All that was read of a database. */
export interface SchemaFacts {
  readonly dialect: Dialect
  /** Changes with the schema. */
  readonly version: string
  /** The schema that tags leave out. */
  readonly schema: string
  /** Schemas in which a name without one is looked for, in this order. */
  readonly path: readonly string[]
  /** By `schema.name`. */
  readonly relations: ReadonlyMap<string, Relation>
  /** Functions, by name. */
  readonly functions: ReadonlyMap<string, FunctionKind>
  /** What a function is that is not among them. Default `'pure'`: the reader of statements knows those of the database. */
  readonly otherFunctions?: FunctionKind | undefined
}

/** A name in a statement. */
export interface NamedTable {
  readonly schema: string | undefined
  readonly name: string
}

/** The schema of a database at one version. */
export class DatabaseSchema {
  readonly version: string
  readonly dialect: Dialect
  /** For statements that add rows and change none. */
  readonly forInserts: Catalog
  /** For all others: their writes cascade. */
  readonly forOthers: Catalog
  readonly #facts: SchemaFacts

  constructor(facts: SchemaFacts) {
    this.version = facts.version
    this.dialect = facts.dialect
    this.#facts = facts
    this.forInserts = catalogOf(facts, false)
    this.forOthers = catalogOf(facts, true)
  }

  /** Whether another one says the same of everything, and was read at the same version. */
  isSameAs(other: DatabaseSchema): boolean {
    return this === other || (this.version === other.version && written(this.#facts) === written(other.#facts))
  }

  /** The schema that tags leave out. */
  get own(): string {
    return this.#facts.schema
  }

  /** What a name stands for; `undefined` for what is not known. */
  relation({ schema, name }: NamedTable): Relation | undefined {
    const { relations, path } = this.#facts
    for (const one of schema === undefined ? path : [schema]) {
      const relation = relations.get(`${one}.${name}`)
      if (relation !== undefined) return relation
    }
    return undefined
  }

  /** A table as it is named in stats and options: without the schema that tags leave out. */
  nameOf(table: NamedTable): string {
    const relation = this.relation(table)
    if (relation === undefined) return [table.schema, table.name].filter((part) => part !== undefined).join('.')
    return nameInTags(this.forOthers, idOf(relation))
  }

  /** Names of all relations, as `nameOf` has them. */
  names(): string[] {
    return [...this.#facts.relations.keys()].map((id) => nameInTags(this.forOthers, id))
  }

  /** All relations that reading these reads, with them; `undefined` for a name that is not known. */
  reads(tables: readonly NamedTable[]): readonly Relation[] | undefined {
    const found = tables.map((table) => this.relation(table))
    if (found.includes(undefined)) return undefined
    return this.#reach(found as Relation[], ({ reads }) => reads)
  }

  /** All relations that writing these may change, with them. */
  writes(tables: readonly NamedTable[]): readonly Relation[] {
    const found = tables.map((table) => this.relation(table)).filter((relation) => relation !== undefined)
    return this.#reach(found, changedWith)
  }

  /** The least harmless kind of what is called. A name of a table before the list of its columns is no call. */
  calls(names: readonly string[], tables: readonly NamedTable[]): FunctionKind {
    const { functions, otherFunctions = 'pure' } = this.#facts
    const kindOf = (name: string): FunctionKind =>
      functions.get(name) ?? (tables.some((table) => table.name === name) ? 'pure' : otherFunctions)
    return worstOf(...names.map(kindOf))
  }

  /** Tags of a relation that a write invalidates which may concern any row. */
  tagsOf(relation: Relation): string[] {
    const tag = tableTag(nameInTags(this.forOthers, idOf(relation)))
    return [tag, rowsTag(tag)]
  }

  /** The same of all. */
  allTags(): string[] {
    return [...this.#facts.relations.values()].flatMap((relation) => this.tagsOf(relation))
  }

  #reach(from: readonly Relation[], next: (relation: Relation) => readonly string[]): Relation[] {
    const found = new Set<Relation>(from)
    // A set is iterated with what is added meanwhile.
    for (const relation of found) {
      for (const id of next(relation)) {
        const other = this.#facts.relations.get(id)
        if (other !== undefined) found.add(other)
      }
    }
    return [...found]
  }
}

/** All that is known, to be compared. */
function written(facts: SchemaFacts): string {
  return JSON.stringify(facts, (_, value: unknown) => (value instanceof Map ? [...value] : value))
}

/** The least harmless kind; `pure` for none. */
export function worstOf(...kinds: readonly (FunctionKind | undefined)[]): FunctionKind {
  return kinds.includes('anything') ? 'anything' : kinds.includes('reads') ? 'reads' : 'pure'
}

/** What a write to a relation changes at once, besides the relation, as far as that can be named. */
function changedWith({ kind, reads, writes, cascades }: Relation): readonly string[] {
  return [...(kind === 'table' ? [] : reads), ...(writes === 'all' ? [] : writes), ...cascades]
}

/** Rows that are added take none away, but triggers may do so. */
function writesOfInsert({ writes }: Relation, relations: SchemaFacts['relations']): Relation['writes'] {
  if (writes === 'all') return writes
  const all = new Set(writes)
  // A set is iterated with what is added meanwhile.
  for (const id of all) {
    const other = relations.get(id)
    if (other === undefined) continue
    if (other.writes === 'all') return 'all'
    for (const one of changedWith(other)) all.add(one)
  }
  return [...all]
}

/** Name of a relation in the catalog. */
export function idOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`
}

function catalogOf(facts: SchemaFacts, isCascading: boolean): Catalog {
  const { dialect, schema, path, relations, functions } = facts
  const tables = new Map<string, CatalogTable>()
  for (const [id, relation] of relations) {
    const { kind, reads, cascades, key, columns } = relation
    const writes = isCascading ? relation.writes : writesOfInsert(relation, relations)
    const others =
      writes === 'all' ? writes : [...(kind === 'table' ? [] : reads), ...writes, ...(isCascading ? cascades : [])]
    tables.set(id, {
      // Whatever else is written, and whatever else is read, is not known by the key of this one.
      key: others.length === 0 && reads.length === 0 ? key : undefined,
      columns,
      reads,
      writes: others,
    })
  }
  const ofUsers = [...functions].flatMap(([name, kind]): [string, 'stable' | 'volatile'][] =>
    kind === 'pure' ? [] : [[name, kind === 'reads' ? 'stable' : 'volatile']],
  )
  return { dialect, schema, searchPath: path, tables, functions: new Map(ofUsers) }
}
