/** Rows as arrays, which Drizzle asks for. */
import type { Parse } from '../driver/row-makers.ts'

/** @param parsers - Of each column; NULL is never parsed. */
export function arrayMaker(parsers: readonly Parse[]): (values: readonly unknown[]) => unknown[] {
  return (values) =>
    values.map((value, at): unknown => {
      const parse = parsers[at] as ((value: unknown) => unknown) | undefined
      return value === null || parse === undefined ? value : parse(value)
    })
}
