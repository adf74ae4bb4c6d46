/** Columns that a client may ask for, as `?fields=id,name`. */
import { DatabaseError, kindOf, wrongOption, wrongOptionSeen } from '@hotpath/contract'
import type { Params } from '../driver/driver.ts'
import type { QueryOptimizer, QueryOptions, Queryable, Row } from '../query-optimizer.ts'
import { quotedName } from '../statement/quoted-name.ts'

/** What each field is in SQL: an expression of yours, or `true` for the column of its name. */
export type FieldSchema<Of> = { readonly [Name in keyof Of & string]: string | true }

/** Fields that were picked. */
export interface FieldSelection<Of> {
  /** Names of the fields, in the order of the schema. */
  readonly names: readonly (keyof Of & string)[]
  /** The list for `select`. */
  list(db: Pick<QueryOptimizer, 'driver'>): string
  /**
   * Runs `select`, the list, and the rest of the statement.
   *
   * @param rest - From `from` on, as `from tickets where id = ?`.
   */
  query(
    db: Pick<QueryOptimizer, 'driver'> & Queryable,
    rest: string,
    params?: Params,
    options?: QueryOptions,
  ): Promise<Of[]>
}

/** Fields of a resource. */
export interface Fields<Of> {
  /**
   * Fields by a string from outside.
   *
   * @param text - Names with commas between them; all fields for nothing.
   * @throws DatabaseError `ERR_DB_FIELD` for a name that is not among them.
   */
  parse(text: string | null | undefined): FieldSelection<Partial<Of>>
  /** Fields by name, typed. */
  pick<Name extends keyof Of & string>(...names: readonly Name[]): FieldSelection<Pick<Of, Name>>
}

/**
 * Columns that a client may ask for. A name that is not among them is refused; the order in which they are asked for
 * makes no difference, so that all who ask for the same fields share a result.
 *
 * @throws ConfigError for a schema without fields.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { fields } from '@hotpath/db/fields'
 * import { sqlite } from '@hotpath/db/sqlite'
 *
 * const database = new DatabaseSync(':memory:')
 * database.exec(`create table tickets (id integer primary key, title text, secret text); insert into tickets values (7, 'Tea', '…')`)
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const db = createQueryOptimizer({ cache, driver: sqlite(database) })
 * const ticketFields = fields<{ id: number; title: string; shout: string }>({ id: true, title: true, shout: 'upper(title)' })
 *
 * const [ticket] = await ticketFields.parse('shout,id').query(db, 'from tickets where id = ?', [7])
 * console.log({ ...ticket }) // { id: 7, shout: 'TEA' }
 * const [typed] = await ticketFields.pick('title').query(db, 'from tickets')
 * console.log(typed?.title.length) // 3
 * await db.close()
 * await cache.close()
 * ```
 */
export function fields<Of extends object = Row>(schema: FieldSchema<Of>): Fields<Of> {
  const all = new Map<string, string | true>(Object.entries(schema ?? {}))
  if (
    all.size === 0 ||
    Array.isArray(schema) ||
    ![...all.values()].every((sql) => sql === true || (typeof sql === 'string' && sql !== ''))
  )
    throw wrongOption(
      'schema',
      'fields with their SQL or `true`',
      schema,
      "Use for example `{ id: true, name: 'u.name' }`.",
    )
  const select = <Picked>(asked: readonly string[]): FieldSelection<Picked> => {
    for (const name of asked) if (!all.has(name)) throw unknownField(name, [...all.keys()])
    const names = [...all.keys()].filter((name) => asked.includes(name))
    const list = ({ driver: { dialect } }: Pick<QueryOptimizer, 'driver'>): string =>
      names
        .map((name) => {
          const own = quotedName(name, dialect)
          const sql = all.get(name)
          return sql === true ? own : `${sql} as ${own}`
        })
        .join(', ')
    return {
      names: names as (keyof Picked & string)[],
      list,
      async query(db, rest, params = [], options = {}) {
        assertRest(rest)
        return db.query<Picked>(`select ${list(db)} ${rest}`, params, options)
      },
    }
  }
  return {
    parse(text) {
      // A parameter that is given twice is a list in many routers.
      if (typeof (text ?? '') !== 'string') throw unknownField(kindOf(text), [...all.keys()])
      const asked = (text ?? '').split(',').map((name) => name.trim())
      const named = asked.filter((name) => name !== '')
      return select(named.length === 0 ? [...all.keys()] : named)
    },
    pick(...names) {
      if (names.length === 0) throw wrongOption('names', 'at least one field', names, "Use for example `pick('id')`.")
      return select(names)
    },
  }
}

/** Behind the list a whole statement is a mistake that the database reports in words of its own. */
function assertRest(rest: unknown): void {
  if (typeof rest === 'string' && !/^\s*(?:select|with)\b/i.test(rest)) return
  throw wrongOptionSeen('rest', 'what begins with `from`', rest, {
    seen: typeof rest === 'string' ? 'a whole statement' : kindOf(rest),
    wayOut: 'Leave `select` and its list out.',
  })
}

/** What came from outside is cut short. */
function unknownField(name: string, allowed: readonly string[]): DatabaseError {
  return new DatabaseError(
    'ERR_DB_FIELD',
    `There is no field \`${name.slice(0, 40)}\`. Fields are ${allowed.map((one) => `\`${one}\``).join(', ')}.`,
    { context: { allowed } },
  )
}
