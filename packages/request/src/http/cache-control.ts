/** The Cache-Control field (RFC 9111, section 5.2), as far as a cache in a client heeds it. */

import { listOf } from './header-fields.ts'

/** `true`: the whole response; a list: only these fields of it, in lower case (the qualified form). */
export type Scope = boolean | readonly string[]

/** What a Cache-Control field says. Times are whole seconds; `undefined` where nothing is said. */
export interface CacheControl {
  readonly noStore: boolean
  /** Of a request: not to be sent. */
  readonly onlyIfCached: boolean
  readonly noCache: Scope
  readonly private: Scope
  readonly public: boolean
  /** Stale is never good enough: `must-revalidate`. */
  readonly mustRevalidate: boolean
  /** The same for shared caches: `proxy-revalidate`. */
  readonly proxyRevalidate: boolean
  readonly immutable: boolean
  readonly maxAgeS: number | undefined
  readonly sharedMaxAgeS: number | undefined
  /** RFC 5861, section 3. */
  readonly staleWhileRevalidateS: number | undefined
  /** RFC 5861, section 4. */
  readonly staleIfErrorS: number | undefined
}

// A directive, its value as a token or a quoted string, and what separates it from the next.
const DIRECTIVE = /([^\s,;="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g

/** Larger numbers are as good as this one (RFC 9111, section 1.2.2). */
const MAX_SECONDS = 2 ** 31

/**
 * Reads the field. What it does not know it ignores; of a directive that is repeated the first counts (section 4.2.1),
 * of the forms of one that has several the strictest.
 */
export function parseCacheControl(field: string | undefined): CacheControl {
  if (field === undefined || field === '') return NOTHING
  const said = new Map<string, string | undefined>()
  const scopes: { private: Scope; 'no-cache': Scope } = { private: false, 'no-cache': false }
  for (const [, name = '', quoted, token] of field.matchAll(DIRECTIVE)) {
    const key = name.toLowerCase()
    const value = quoted?.replace(/\\(.)/g, '$1') ?? token
    if (!said.has(key)) said.set(key, value)
    if (key === 'private' || key === 'no-cache') scopes[key] = widened(scopes[key], value)
  }
  return {
    noStore: said.has('no-store'),
    onlyIfCached: said.has('only-if-cached'),
    noCache: scopes['no-cache'],
    private: scopes.private,
    public: said.has('public'),
    mustRevalidate: said.has('must-revalidate'),
    proxyRevalidate: said.has('proxy-revalidate'),
    immutable: said.has('immutable'),
    maxAgeS: secondsOf(said, 'max-age'),
    sharedMaxAgeS: secondsOf(said, 's-maxage'),
    staleWhileRevalidateS: secondsOf(said, 'stale-while-revalidate'),
    staleIfErrorS: secondsOf(said, 'stale-if-error'),
  }
}

const NOTHING: CacheControl = {
  noStore: false,
  onlyIfCached: false,
  noCache: false,
  private: false,
  public: false,
  mustRevalidate: false,
  proxyRevalidate: false,
  immutable: false,
  maxAgeS: undefined,
  sharedMaxAgeS: undefined,
  staleWhileRevalidateS: undefined,
  staleIfErrorS: undefined,
}

/** The scope of a directive that is named once more, with these fields or for the whole response. */
function widened(scope: Scope, fields = ''): Scope {
  const names = listOf(fields.toLowerCase())
  if (scope === true || names.length === 0) return true
  return scope === false ? names : [...scope, ...names]
}

/** A value that cannot be read counts as zero: whoever sent it did not mean forever (section 4.2.1). */
function secondsOf(said: ReadonlyMap<string, string | undefined>, name: string): number | undefined {
  if (!said.has(name)) return undefined
  const value = said.get(name) ?? ''
  return /^\d+$/.test(value) ? Math.min(Number(value), MAX_SECONDS) : 0
}
