/**
 * SQL for pages that begin where another one ended: the order, and the condition that a row comes after a position in it.
 * Pure. Ties go to the next column of the order, and NULLs have their place, in either direction.
 */
import type { Dialect } from '../statement/index.ts'
import { quotedName } from '../statement/quoted-name.ts'

/** A column of an order, all defaults resolved. */
export interface OrderColumn {
  /** Its name in the result. */
  readonly column: string
  readonly direction: 'asc' | 'desc'
  readonly nulls: 'first' | 'last'
}

/** Where databases put NULLs unless they are told. */
export function usualNulls(direction: OrderColumn['direction'], dialect: Dialect): OrderColumn['nulls'] {
  return (direction === 'asc') === (dialect === 'postgres') ? 'last' : 'first'
}

/** The same order, backward. */
export function reversed(order: readonly OrderColumn[]): OrderColumn[] {
  return order.map(({ column, direction, nulls }) => ({
    column,
    direction: direction === 'asc' ? 'desc' : 'asc',
    nulls: nulls === 'first' ? 'last' : 'first',
  }))
}

/** `order by` of it. */
export function orderBy(order: readonly OrderColumn[], dialect: Dialect): string {
  const terms = order.flatMap(({ column, direction, nulls }) => {
    const name = quotedName(column, dialect)
    // As it is usually, an index may be read in this order.
    if (nulls === usualNulls(direction, dialect)) return [`${name} ${direction}`]
    if (dialect === 'mysql') return [`${name} is null ${nulls === 'first' ? 'desc' : 'asc'}`, `${name} ${direction}`]
    return [`${name} ${direction} nulls ${nulls}`]
  })
  return `order by ${terms.join(', ')}`
}

/** Writes a placeholder for the value of a column. */
export type Placeholder = (column: number) => string

/** That a row comes after a position: after it in the first column in which they differ. */
export function isAfter(
  order: readonly OrderColumn[],
  position: readonly unknown[],
  { dialect, placeholder }: { readonly dialect: Dialect; readonly placeholder: Placeholder },
): string {
  const cases = order.flatMap((one, at) => {
    // Nothing comes after NULLs that come last.
    if (position[at] === null && one.nulls === 'last') return []
    // In the order in which they are written: placeholders may be counted.
    const same = order.slice(0, at).map(({ column }, before) => {
      const name = quotedName(column, dialect)
      return position[before] === null ? `${name} is null` : `${name} = ${placeholder(before)}`
    })
    return [
      [...same, beyond(one, quotedName(one.column, dialect), position[at] === null ? undefined : placeholder(at))].join(
        ' and ',
      ),
    ]
  })
  return cases.length === 0 ? '1 = 0' : `(${cases.map((one) => `(${one})`).join(' or ')})`
}

/** @param value - `undefined`: NULL, where those come first. */
function beyond({ direction, nulls }: OrderColumn, name: string, value: string | undefined): string {
  if (value === undefined) return `${name} is not null`
  const differs = `${name} ${direction === 'asc' ? '>' : '<'} ${value}`
  return nulls === 'last' ? `(${differs} or ${name} is null)` : differs
}
