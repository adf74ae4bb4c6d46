/** What is kept of an error that led to one of ours, in a build for production: what names it, never its words. */

/** The name of what went wrong. */
function reasonOf(error: unknown): string {
  const { name, code } = Object(error) as { readonly name?: unknown; readonly code?: unknown }
  // The number of a DOMException says less than its name.
  if (typeof code === 'string') return code
  return isWord(name) ? String(name) : typeof error
}

/** As much of an error as may be kept. */
export function reducedCause(error: unknown): Error {
  const { code } = Object(error) as { readonly code?: unknown }
  const reduced = new Error(reasonOf(error))
  return isWord(code) ? Object.assign(reduced, { code }) : reduced
}

function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
