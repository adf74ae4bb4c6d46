/** What a server that refused says of when to come back: seconds or a date (RFC 9110, section 10.2.3). Pure: now is given. */

/** Milliseconds that an error asks to wait: by its `Retry-After` header, or because a circuit is open. */
export function retryAfterMs(error: unknown, now: number): number | undefined {
  const { headers, response, context } = fieldsOf(error)
  const told = fieldsOf(context)['retryAfterMs']
  if (typeof told === 'number') return told
  const header = headerOf(headers) ?? headerOf(fieldsOf(response)['headers'])
  return header === undefined ? undefined : parseRetryAfter(header, now)
}

/** No date is longer. */
const MAX_LENGTH = 64

/** Reads the value of the header; `undefined` for what is neither a number of seconds nor a date. */
export function parseRetryAfter(text: string, now: number): number | undefined {
  const trimmed = text.trim()
  if (trimmed.length > MAX_LENGTH) return undefined
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * 1_000
  // A date has a letter; without this `-5` would be read as a year.
  const at = /[a-z]/i.test(trimmed) ? Date.parse(trimmed) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

function headerOf(headers: unknown): string | undefined {
  const fields = fieldsOf(headers)
  const value: unknown =
    typeof fields['get'] === 'function'
      ? (headers as { get(name: string): unknown }).get('retry-after')
      : (fields['retry-after'] ?? fields['Retry-After'])
  return typeof value === 'string' ? value : undefined
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
