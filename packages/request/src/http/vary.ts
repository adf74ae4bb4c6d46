import { type HeaderFields, fieldOf, listOf } from './header-fields.ts'

/** What a response depends on: names of request fields, sorted; `'*'` when nothing tells. */
export type VaryNames = '*' | readonly string[]

/** Fields of requests that a cache need not compare, or cannot. */
export interface KnownFields {
  /** They never differ. */
  readonly fixed?: readonly string[]
  /** They are sent, but nobody here knows with what value. */
  readonly unseen?: readonly string[]
}

/** What is known of the fields of a request beside its header: a transport asks for encodings, a page adds cookies. */
export function knownOf(request: HeaderFields): KnownFields {
  const isInPage = (globalThis as { location?: unknown }).location !== undefined
  return {
    fixed: request['accept-encoding'] === undefined ? ['accept-encoding'] : [],
    unseen: isInPage ? ['cookie'] : [],
  }
}

/** Which request fields select this response (Vary, RFC 9110, section 12.5.5). */
export function varyOf(headers: HeaderFields, { fixed = [], unseen = [] }: KnownFields = {}): VaryNames {
  const field = fieldOf(headers, 'vary')
  if (field === undefined) return []
  const names = new Set(listOf(field.toLowerCase()))
  if (names.has('*') || unseen.some((name) => names.has(name))) return '*'
  for (const name of fixed) names.delete(name)
  return [...names].sort()
}

/**
 * What tells one variant from the others: the selecting fields of the request. White space is made even, which RFC
 * 9111, section 4.1, allows; what a field means is not looked into.
 */
export function variantOf(names: readonly string[], request: HeaderFields): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    names.map((name) => [name, fieldOf(request, name)?.trim().replace(/\s+/g, ' ').replace(/ ?, ?/g, ', ') ?? null]),
  )
}

/** Whether two lists name the same fields. */
export function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index])
}
