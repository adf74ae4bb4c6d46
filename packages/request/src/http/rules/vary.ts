import { type HeaderFields, fieldOf, listOf } from './header-fields.ts'

/** What a response depends on: names of request fields, sorted; `'*'` when nothing tells. */
export type VaryNames = '*' | readonly string[]

/** As no server means more, and each is looked up for each request. */
const MAX_NAMES = 32
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/

/** What is known of the fields of requests. */
export interface KnownFields {
  /** Whether a field need not be compared, as requests that differ in it have different keys anyway, or none does. */
  isKeyed?(name: string): boolean
  /** Fields that are sent, but nobody here knows with what value. */
  readonly unseen?: readonly string[]
}

/** Which request fields select this response (Vary, RFC 9110, section 12.5.5). A name that is none might be any. */
export function varyOf(headers: HeaderFields, { isKeyed, unseen = [] }: KnownFields = {}): VaryNames {
  const field = fieldOf(headers, 'vary')
  if (field === undefined) return []
  const names = [...new Set(listOf(field.toLowerCase()))]
  const isUnknown = (name: string): boolean => name === '*' || unseen.includes(name) || !TOKEN.test(name)
  if (names.length > MAX_NAMES || names.some(isUnknown)) return '*'
  return names.filter((name) => isKeyed?.(name) !== true).sort()
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
