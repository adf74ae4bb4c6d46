/** Header fields as transports hand them over and caches keep them: names in lower case. */
export type HeaderFields = Readonly<Record<string, string | readonly string[]>>

/** One field's value; those that came several times are joined, as RFC 9110, section 5.3, lets a reader do. */
export function fieldOf(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name]
  if (value === undefined || typeof value === 'string') return value
  // A name may come from outside, and every object knows some: `constructor`.
  return Array.isArray(value) ? value.join(', ') : undefined
}

const NEUTRAL = /^(?:accept(?:-.+)?|content-.+|user-agent)$/

/** Whether a field says what is wanted and how, and never who asks: such a one holds no secret. */
export function isNeutral(name: string): boolean {
  return NEUTRAL.test(name)
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
