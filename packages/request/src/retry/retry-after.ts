/**
 * What a server that refused says of when to come back: seconds or a date (Retry-After, RFC 9110, section 10.2.3). A date
 * is measured from the server's own `Date` where it sends one, so that clocks which differ do no harm. Pure: now is given.
 */

/** Milliseconds that an error asks to wait: by its `Retry-After` header, or because a circuit is open. */
export function retryAfterMs(error: unknown, now: number): number | undefined {
  const { headers, response, context } = fieldsOf(error)
  const known = fieldsOf(context)['retryAfterMs']
  if (typeof known === 'number') return known
  for (const from of [headers, fieldsOf(response)['headers']]) {
    const field = headerOf(from, 'retry-after')
    if (field !== undefined) return parseRetryAfter(field, parseDate(headerOf(from, 'date') ?? '') ?? now)
  }
  return undefined
}

/** No date is longer. */
const MAX_LENGTH = 64
/** The oldest form of a date in HTTP ends with its year, and means GMT without saying so. */
const WITHOUT_ZONE = /:\d\d \d{4}$/

/**
 * Reads the value of the header; `undefined` for what is neither a number of seconds nor a date.
 *
 * @param now - Milliseconds since 1970, by the clock of the server where that is known.
 */
export function parseRetryAfter(text: string, now: number): number | undefined {
  const trimmed = text.trim()
  if (trimmed.length > MAX_LENGTH) return undefined
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * 1_000
  const at = parseDate(trimmed)
  return at === undefined ? undefined : Math.max(0, at - now)
}

function parseDate(text: string): number | undefined {
  // A date has a letter; without this `-5` would be read as a year.
  if (text.length > MAX_LENGTH || !/[a-z]/i.test(text)) return undefined
  const at = Date.parse(WITHOUT_ZONE.test(text) ? `${text} GMT` : text)
  return Number.isNaN(at) ? undefined : at
}

function headerOf(headers: unknown, name: 'retry-after' | 'date'): string | undefined {
  const fields = fieldsOf(headers)
  const value: unknown =
    typeof fields['get'] === 'function'
      ? (headers as { get(name: string): unknown }).get(name)
      : (fields[name] ?? fields[name === 'date' ? 'Date' : 'Retry-After'])
  return typeof value === 'string' ? value : undefined
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
