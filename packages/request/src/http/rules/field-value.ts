/** What ends a line would begin a field of its own; the rest cannot be sent, and every attempt would fail of it. */
const FORBIDDEN = /[^\t\x20-\x7E\x80-\xFF]/

/** Whether a header can have this value. */
export function isFieldValue(value: unknown): value is string {
  return typeof value === 'string' && !FORBIDDEN.test(value)
}
