/**
 * Structural sharing: of a new value, the parts that say the same as before are the old ones, so that what compares by
 * identity sees what has changed and nothing else.
 *
 * Only plain objects and lists without holes are looked into, as JSON has them; anything else is taken as it is. Cost: one visit of each member.
 */

/** Beyond it the rest is taken as it is: also what is cyclic. */
const MAX_DEPTH = 100
/** Lists and objects that are compared; beyond it the rest is taken as it is: in a graph they would be met again and again. */
const MAX_VISITS = 100_000

/**
 * Returns the new value with all parts of the old one that are equal, and the old one itself when nothing differs.
 *
 * @example
 * ```ts
 * import { share } from '@hotpath/observe'
 *
 * const before = { user: { name: 'Ann' }, votes: [1, 2] }
 * const after = share(before, { user: { name: 'Ann' }, votes: [1, 2, 3] })
 * console.log(after.user === before.user, after.votes === before.votes) // true false
 * ```
 */
export function share<Value>(before: unknown, after: Value): Value {
  try {
    return shareAt(before, after, { depth: 0, visits: { left: MAX_VISITS } }) as Value
  } catch {
    // Of a member that cannot be read.
    return after
  }
}

/** Where a comparison is. */
interface Place {
  readonly depth: number
  readonly visits: { left: number }
}

function shareAt(before: unknown, after: unknown, { depth, visits }: Place): unknown {
  if (Object.is(before, after)) return before
  if (typeof after !== 'object' || depth === MAX_DEPTH || --visits.left < 0) return after
  const below = { depth: depth + 1, visits }
  if (isList(before) && isList(after)) {
    const shared = after.map((item, index) => shareAt(before[index], item, below))
    return isSame(before, shared) ? before : shared
  }
  if (!isRecord(before) || !isRecord(after)) return after
  const keys = Object.keys(after)
  const shared = Object.fromEntries(
    keys.map((key) => [key, Object.hasOwn(before, key) ? shareAt(before[key], after[key], below) : after[key]]),
  )
  const isEqual =
    Object.keys(before).length === keys.length &&
    keys.every((key) => Object.hasOwn(before, key) && Object.is(before[key], shared[key]))
  return isEqual ? before : shared
}

function isSame(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && after.every((item, index) => Object.is(item, before[index]))
}

/** Not one with holes or members beside its items. */
function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && Object.keys(value).length === value.length
}

/** Not an instance of a class, and not one with members that JSON does not have. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false
  return Object.getOwnPropertySymbols(value).length === 0
}
