/** One index where several statements call for it, each in its own order. Pure. */

/**
 * Columns of an index in groups: those of one group may come in any order, as rows are found by one value of each; the
 * groups come one after another.
 */
export type ColumnGroups = readonly (readonly string[])[]

/**
 * For each wanted index the columns of one that does for it: its own, or those of a longer one that begins with them.
 * The longest are looked at first, and each that another one does for puts the columns of that one in order.
 *
 * @param wanted - Indexes of one table.
 */
export function mergeIndexes(wanted: readonly ColumnGroups[]): readonly (readonly string[])[] {
  const merged: { groups: ColumnGroups; readonly of: number[] }[] = []
  const byLength = [...wanted.keys()].toSorted((one, other) => lengthOf(wanted[other]) - lengthOf(wanted[one]))
  for (const at of byLength) {
    const groups = wanted[at] ?? []
    const found = merged.find((one) => {
      const ordered = beginningWith(one.groups, groups)
      if (ordered !== undefined) one.groups = ordered
      return ordered !== undefined
    })
    if (found === undefined) merged.push({ groups, of: [at] })
    else found.of.push(at)
  }
  return wanted.map((_, at) => merged.find(({ of }) => of.includes(at))?.groups.flat() ?? [])
}

/** The same columns, in such an order that they begin with the others; `undefined` where there is none. */
function beginningWith(groups: ColumnGroups, beginning: ColumnGroups): ColumnGroups | undefined {
  const rest = [...groups]
  const ordered: (readonly string[])[] = []
  for (const group of beginning) {
    let needed = group
    while (needed.length > 0) {
      const next = rest.shift()
      if (next === undefined) return undefined
      if (isWithin(next, needed)) {
        ordered.push(next)
        needed = without(needed, next)
      } else if (isWithin(needed, next)) {
        ordered.push(needed)
        rest.unshift(without(next, needed))
        needed = []
      } else return undefined
    }
  }
  return [...ordered, ...rest]
}

function isWithin(columns: readonly string[], others: readonly string[]): boolean {
  return columns.every((column) => others.includes(column))
}

function without(columns: readonly string[], others: readonly string[]): readonly string[] {
  return columns.filter((column) => !others.includes(column))
}

function lengthOf(groups: ColumnGroups = []): number {
  return groups.flat().length
}
