/** Methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
/** Methods that change no more when they are repeated (section 9.2.2). */
const IDEMPOTENT = new Set([...SAFE, 'PUT', 'DELETE'])

/** Whether a method changes nothing. */
export function isSafe(method: string): boolean {
  return SAFE.has(method)
}

/** Whether a method may be repeated. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}
