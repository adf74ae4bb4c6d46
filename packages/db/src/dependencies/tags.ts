/** Names of tags: what an entry depends on and a write invalidates. */
import { requiredString } from '@hotpath/contract'

/** Carried by entries that depend on more than they can have tags for; every write invalidates it. */
export const ALL_TAG = 'db#all'
/** Carried by every entry; invalidated by what may have changed any table. */
export const ANY_TAG = 'db#any'

/** Tags have at most 256 bytes; longer names of tables are cut, so that one tag is of several tables. */
const MAX_NAME_LENGTH = 64

/**
 * The tag that a write to a table invalidates, whichever rows it changes: for entries of your own that depend on the
 * table. Upper and lower case are the same in a tag.
 *
 * @param table - As it is written in SQL: `tickets`, or `audit.log` if it is not in the schema that is the usual one.
 * @throws ConfigError for a name that is empty.
 *
 * @example
 * ```ts
 * import { tableTag } from '@hotpath/db'
 *
 * console.log(tableTag('tickets'), tableTag('audit."Log"')) // table:tickets table:audit.log
 * ```
 */
export function tableTag(table: string): string {
  requiredString(table, 'table', 'tickets')
  const name = table.replaceAll(/["`[\]]/g, '').toLowerCase()
  return `table:${name
    .split('.')
    .map((part) => part.slice(0, MAX_NAME_LENGTH))
    .join('.')}`
}

/**
 * The tags to invalidate after a table was changed by other means than the optimizer. `tableTag` alone would leave
 * entries that were read by key, and those that depend on too many tables to have a tag for each.
 *
 * @param table - As in `tableTag`. With a schema it is also the table of that name in the usual one.
 *
 * @example
 * ```ts
 * import { tableTags } from '@hotpath/db'
 *
 * console.log(tableTags('tickets')) // [ 'table:tickets', 'table:tickets#rows', 'db#all' ]
 * ```
 */
export function tableTags(table: string): readonly string[] {
  // Nobody knows here which schema is the usual one, which tags leave out.
  const name = table.slice(table.lastIndexOf('.') + 1)
  return name === table ? tagsOfTable(table) : [...tagsOfTable(table), ...tagsOfTable(name)]
}

/** The same for a name as tags have it. */
export function tagsOfTable(name: string): readonly string[] {
  const tag = tableTag(name)
  return [tag, rowsTag(tag), ALL_TAG]
}

/** Invalidated by writes that may have changed any row: entries that were read by key carry it. */
export function rowsTag(tag: string): string {
  return `${tag}#rows`
}

/** Of one row, by its key. */
export function rowTag(tag: string, key: string): string {
  return `${tag}/${key}`
}

/** Of a column in all rows. That of the key is invalidated when rows come and go. */
export function columnTag(tag: string, column: string): string {
  return `${tag}.${column.toLowerCase().slice(0, MAX_NAME_LENGTH)}`
}
