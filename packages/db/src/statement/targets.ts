/** What an `update` or `delete` of MySQL changes, out of the tables that it joins. */
import type { Reader } from './reader.ts'
import type { Part } from './reading.ts'

/** The names between `delete` and `from`, or between `delete from` and `using`; without these it has one table. */
export function deletedTables(reader: Reader): Set<string> | undefined {
  while (/^(?:low_priority|quick|ignore)$/.test(reader.peek()) && reader.isTable(reader.peek(1))) reader.at++
  const start = reader.at
  const end = reader.take('from') ? 'using' : 'from'
  const names = new Set<string>()
  do {
    names.add(reader.takePath().name)
    if (reader.take('.')) reader.take('*')
  } while (reader.take(','))
  if (reader.peek() === end) return names
  reader.at = start
  return undefined
}

/** Marks those tables of a part as written that have these aliases: all of them for `''` and for an unknown one. */
export function markTargets({ uses }: Part, targets: ReadonlySet<string>): void {
  const aliases = new Set(uses.map(({ alias }) => alias))
  const isAll = [...targets].some((target) => !aliases.has(target))
  for (const use of uses) use.isWritten = isAll || targets.has(use.alias)
}
