import { parseHttpDate } from './http-date.ts'

/**
 * How long a server asks to wait (Retry-After, RFC 9110, section 10.2.3), in milliseconds from now; `undefined` when it
 * says nothing that can be read. A date is measured from the server's own `Date` where it sends one, so that clocks
 * which differ do no harm.
 */
export function parseRetryAfter(
  field: string | undefined,
  { nowMs, date }: { readonly nowMs: number; readonly date?: string | undefined },
): number | undefined {
  if (field === undefined) return undefined
  const text = field.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const at = parseHttpDate(text, nowMs)
  if (at === undefined) return undefined
  return Math.max(0, at - (parseHttpDate(date, nowMs) ?? nowMs))
}
