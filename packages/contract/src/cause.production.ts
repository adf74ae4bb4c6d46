/** What is kept of an error that led to one of ours, in a build for production: what names it, never its words. */

/** The name of what went wrong. */
export function reasonOf(error: unknown): string {
  const { name, code } = Object(error) as { readonly name?: string; readonly code?: string | number }
  return String(code ?? name ?? typeof error)
}

/** As much of an error as may be kept. */
export function reducedCause(error: unknown): Error {
  const { code } = Object(error) as { readonly code?: unknown }
  const reduced = new Error(reasonOf(error))
  return typeof code === 'string' || typeof code === 'number' ? Object.assign(reduced, { code }) : reduced
}
