/** Header fields as transports hand them over and caches keep them: names in lower case. */
export type HeaderFields = Readonly<Record<string, string | readonly string[]>>

/** One field's value; those that came several times are joined, as RFC 9110, section 5.3, lets a reader do. */
export function fieldOf(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name]
  if (value === undefined || typeof value === 'string') return value
  // A name may come from outside, and every object knows some: `constructor`.
  return Array.isArray(value) ? value.join(', ') : undefined
}

/** Fields that say what is wanted and how. */
const NEUTRAL: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
  'user-agent',
])

/** Whether a field never says who asks: such a one holds no secret. Any other may, whatever its name. */
export function isNeutral(name: string): boolean {
  return NEUTRAL.has(name)
}

/** The fields as the platform's own `Headers`. */
export function toHeaders(fields: HeaderFields): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') headers.append(name, value)
    else for (const one of value) headers.append(name, one)
  }
  return headers
}

/** Fields from the platform's own `Headers`. */
export function fromHeaders(headers: Headers): HeaderFields {
  const fields: Record<string, string | readonly string[]> = {}
  for (const [name, value] of headers) fields[name] = value
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) fields['set-cookie'] = cookies
  return fields
}

/** Splits a list field at its commas. Not for fields with quoted commas. */
export function listOf(field: string | undefined): string[] {
  if (field === undefined) return []
  return field
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}
