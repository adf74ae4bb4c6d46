/** Asking whether a stored response is still right (RFC 9111, section 4.3). */
import { type HeaderFields, fieldOf } from './header-fields.ts'
import { endToEnd } from './storable.ts'

/** The condition for a stored response (section 4.3.1); `undefined` when it has no validator. */
export function conditionFor(stored: HeaderFields): Readonly<Record<string, string>> | undefined {
  const etag = fieldOf(stored, 'etag')
  const modified = fieldOf(stored, 'last-modified')
  if (etag === undefined && modified === undefined) return undefined
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(modified !== undefined && { 'if-modified-since': modified }),
  }
}

/** Whether a 304 speaks of the stored response (section 4.3.4) and not of another version of it. */
export function confirms(stored: HeaderFields, notModified: HeaderFields): boolean {
  const [ours, theirs] = [fieldOf(stored, 'etag'), fieldOf(notModified, 'etag')]
  return theirs === undefined || (ours !== undefined && opaque(ours) === opaque(theirs))
}

/**
 * The stored header, brought up to date by a 304 (section 3.2). What describes the body stays, as the body does; its age
 * is that of the 304. Not all of it may be stored.
 */
export function freshened(stored: HeaderFields, notModified: HeaderFields): HeaderFields {
  const { age: _age, ...lasting } = stored
  const news = Object.entries(endToEnd(notModified)).filter(([name]) => !name.startsWith('content-'))
  return { ...lasting, ...Object.fromEntries(news) }
}

/** Weak comparison (RFC 9110, section 8.8.3.2). */
function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}
