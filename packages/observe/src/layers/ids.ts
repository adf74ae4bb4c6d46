/** Temporary ids: of what the source has not given an id yet. */

const PREFIX = 'temporary:'
/** Beyond it nothing is replaced: also in what is cyclic. */
const MAX_DEPTH = 100
/** Lists and objects that are looked into; beyond it nothing is replaced: in a graph they would be met again and again. */
const MAX_VISITS = 100_000

/**
 * Makes an id for something that the server will give one, such as an item that is being added. Its prefix and 122 bits of
 * chance tell it from every other string.
 *
 * @example
 * ```ts
 * import { isTemporaryId, temporaryId } from '@hotpath/observe/mutation'
 *
 * const item = { id: temporaryId(), name: 'Ann' }
 * console.log(isTemporaryId(item.id), isTemporaryId('42')) // true false
 * ```
 */
export function temporaryId(): string {
  // Where a page is not secure there is no `randomUUID`.
  const bytes = globalThis.crypto.getRandomValues(new Uint32Array(4))
  return PREFIX + Array.from(bytes, (word) => word.toString(36)).join('-')
}

/**
 * Whether an id is one that `temporaryId` made: a link to it leads nowhere yet.
 *
 * @example
 * ```ts
 * import { isTemporaryId } from '@hotpath/observe/mutation'
 *
 * console.log(isTemporaryId(42)) // false
 * ```
 */
export function isTemporaryId(id: unknown): boolean {
  return typeof id === 'string' && id.startsWith(PREFIX)
}

/** The same value with real ids in place of temporary ones, in lists and plain objects; itself when there are none in it. */
export function replaceIds(value: unknown, ids: ReadonlyMap<string, unknown>): unknown {
  return replaceAt(value, { ids, visits: { left: MAX_VISITS } }, 0)
}

/** One replacement. */
interface Replacement {
  readonly ids: ReadonlyMap<string, unknown>
  readonly visits: { left: number }
}

function replaceAt(value: unknown, replacement: Replacement, depth: number): unknown {
  const { ids, visits } = replacement
  if (typeof value === 'string') return ids.get(value) ?? value
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH || --visits.left < 0) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => replaceAt(item, replacement, depth + 1))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  const members = Object.entries(value).map(
    ([name, member]) => [name, replaceAt(member, replacement, depth + 1)] as const,
  )
  const isChanged = members.some(([name, member]) => member !== (value as Record<string, unknown>)[name])
  return isChanged ? Object.fromEntries(members) : value
}
