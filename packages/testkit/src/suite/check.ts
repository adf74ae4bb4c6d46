import { ConformanceError } from './conformance-case.ts'
import { differenceOf } from './difference.ts'

/** Throws unless a condition holds. */
export function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new ConformanceError(message)
}

/** Throws unless two values are the same in type and shape. */
export function checkSame(actual: unknown, expected: unknown, what: string): void {
  const difference = differenceOf(actual, expected)
  check(difference === undefined, `${what}${difference}`)
}
