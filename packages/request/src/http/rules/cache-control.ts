/** The Cache-Control field (RFC 9111, section 5.2), as far as a cache in a client heeds it. */

import { listOf } from './header-fields.ts'
import { HeaderReader } from './header-reader.ts'

/** `true`: the whole response; a list: only these fields of it, in lower case (the qualified form). */
export type Scope = boolean | readonly string[]

/** What a Cache-Control field says. Times are whole seconds; `undefined` where nothing is said. */
export interface CacheControl {
  /** Directives that are written as they are defined, in lower case: only those allow anything (`public`, `s-maxage`). */
  readonly permits: ReadonlySet<string>
  readonly noStore: boolean
  /** Of a request: not to be sent. */
  readonly onlyIfCached: boolean
  readonly noCache: Scope
  readonly private: Scope
  /** Stale is never good enough: `must-revalidate`. */
  readonly mustRevalidate: boolean
  /** The same for shared caches: `proxy-revalidate`. */
  readonly proxyRevalidate: boolean
  readonly maxAgeS: number | undefined
  readonly sharedMaxAgeS: number | undefined
  /** RFC 5861, section 3. */
  readonly staleWhileRevalidateS: number | undefined
  /** RFC 5861, section 4. */
  readonly staleIfErrorS: number | undefined
}

/** Larger numbers are as good as this one (RFC 9111, section 1.2.2). */
const MAX_SECONDS = 2 ** 31
/** Directives whose value is a number of seconds. */
const TIMES: ReadonlySet<string> = new Set(['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'])

/**
 * Reads the field. What it does not know it ignores; of a directive that is repeated the first counts (section 4.2.1),
 * of the forms of one that has several the strictest.
 *
 * A directive that is not written as it is defined (`s-maxage=10s`, `public=no`) forbids what it forbids, and permits
 * nothing: where it sets a time, that is zero.
 */
export function parseCacheControl(field: string | undefined): CacheControl {
  if (field === undefined || field === '') return NOTHING
  const said = new Map<string, Directive>()
  const permits = new Set<string>()
  const scopes = new Map<string, string[]>([
    ['private', []],
    ['no-cache', []],
  ])
  const whole = new Set<string>()
  for (const directive of directivesIn(field)) {
    const { name } = directive
    const isFirst = !said.has(name)
    if (isFirst) said.set(name, directive)
    if (TIMES.has(name) ? isFirst && secondsIn(directive) !== undefined : isPlain(directive)) permits.add(name)
    const names = directive.isWhole ? listOf(directive.value?.toLowerCase()) : []
    if (names.length === 0) whole.add(name)
    else scopes.get(name)?.push(...names)
  }
  const scopeOf = (name: 'private' | 'no-cache'): Scope => (whole.has(name) ? true : (scopes.get(name) ?? []))
  return {
    permits,
    noStore: said.has('no-store'),
    onlyIfCached: said.has('only-if-cached'),
    noCache: said.has('no-cache') && scopeOf('no-cache'),
    private: said.has('private') && scopeOf('private'),
    mustRevalidate: said.has('must-revalidate'),
    proxyRevalidate: said.has('proxy-revalidate'),
    maxAgeS: secondsOf(said, 'max-age'),
    sharedMaxAgeS: secondsOf(said, 's-maxage'),
    staleWhileRevalidateS: secondsOf(said, 'stale-while-revalidate'),
    staleIfErrorS: secondsOf(said, 'stale-if-error'),
  }
}

const NOTHING: CacheControl = {
  permits: new Set(),
  noStore: false,
  onlyIfCached: false,
  noCache: false,
  private: false,
  mustRevalidate: false,
  proxyRevalidate: false,
  maxAgeS: undefined,
  sharedMaxAgeS: undefined,
  staleWhileRevalidateS: undefined,
  staleIfErrorS: undefined,
}

interface Directive {
  readonly name: string
  /** `undefined`: it has none. */
  readonly value: string | undefined
  /** It ends where it should, as do all before it. */
  readonly isWhole: boolean
}

/**
 * Directives in their order. Where one does not end at a separator nobody can tell it from the next, and behind a quoted
 * string that does not end nobody can tell anything.
 */
function* directivesIn(field: string): Iterable<Directive> {
  const reader = new HeaderReader(field)
  let isReadable = true
  let isSeparate = true
  while (!reader.isAtEnd) {
    if (reader.accepts(',;')) {
      isSeparate = true
      continue
    }
    const name = reader.name()
    if (name === '') {
      if (reader.accepts('"')) isReadable = false
      else reader.skip()
      continue
    }
    const given = reader.accepts('=') ? reader.value() : undefined
    if (given?.isWhole === false) isReadable = false
    const hasEnded = reader.meets(',;') || reader.isAtEnd
    const isWhole = isReadable && isSeparate && hasEnded
    yield { name, value: given?.value, isWhole }
    // It may hold something that forbids.
    if (given !== undefined && !isWhole) yield* forbiddenIn(given.value)
    isSeparate = false
  }
}

/** Directives of what nobody can read, to be heeded where they forbid. */
function* forbiddenIn(part: string): Iterable<Directive> {
  for (const name of part.toLowerCase().split(/[\s,;="]+/)) yield { name, value: undefined, isWhole: false }
}

/** A directive that takes no value, and has none. */
function isPlain({ value, isWhole }: Directive): boolean {
  return isWhole && value === undefined
}

function secondsOf(said: ReadonlyMap<string, Directive>, name: string): number | undefined {
  const directive = said.get(name)
  // Whoever sent what cannot be read did not mean forever (section 4.2.1).
  return directive === undefined ? undefined : (secondsIn(directive) ?? 0)
}

function secondsIn({ value = '', isWhole }: Directive): number | undefined {
  return isWhole && /^\d+$/.test(value) ? Math.min(Number(value), MAX_SECONDS) : undefined
}
