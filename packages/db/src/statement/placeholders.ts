/** What a statement has placeholders for. */
import type { Dialect } from './dialect.ts'
import { tokenize } from './tokens.ts'

/** The placeholders of a statement. */
export interface Placeholders {
  /** How many values a list has for them: `?`, `$1`. */
  readonly listed: number
  /** Names of others: `id` of `:id`. */
  readonly names: readonly string[]
  /** MySQL: whether it has no `?` but where an object is written as `column = value`: `set ?`. */
  readonly takesMembers: boolean
}

/** Before what `mysql2` makes of an object; elsewhere it depends on its version. */
const BEFORE_MEMBERS = /^(?:set|update)$/

/** Reads them. */
export function placeholdersOf(sql: string, dialect: Dialect): Placeholders {
  const { list } = tokenize(sql, dialect)
  const names = new Set<string>()
  let listed = 0
  let takesMembers = dialect === 'mysql'
  for (const [at, token] of list.entries()) {
    const [, kind, name = ''] = /^([?:])(.+)$/.exec(token) ?? []
    if (kind === ':') names.add(name)
    if (kind !== '?') continue
    listed = Math.max(listed, Number(name) + 1)
    takesMembers &&= BEFORE_MEMBERS.test(list[at - 1] ?? '')
  }
  return { listed, names: [...names], takesMembers }
}
