/** Whether this is a page or one of its workers: there the platform adds cookies and follows redirects, and says of neither. */
export function isInPage(): boolean {
  return (globalThis as { location?: unknown }).location !== undefined
}
