/** Where a request goes: base, path with its parameters, query. */
import { ConfigError, displayKey, received, wrongOption } from '@hotpath/contract'
import { type Address, addressAt, urlOf } from './address.ts'

/** What may stand in a path or a query. */
export type UrlPart = string | number | bigint | boolean

/** Members that are `undefined` or `null` are left out; a list is repeated: `tag=a&tag=b`. Or a query that was made before. */
export type Query = Readonly<Record<string, UrlPart | readonly UrlPart[] | null | undefined>> | URLSearchParams

/** What names a target. */
export interface TargetOptions {
  /** Values of the `:names` in the path. */
  readonly params?: Readonly<Record<string, UrlPart>> | undefined
  /** Added to the path's own query, sorted by name, so that equal queries are one entry of the cache. */
  readonly query?: Query | undefined
}

/** @throws ConfigError for what is no address of HTTP. */
export function baseOf(baseUrl: string | URL | undefined): Address | undefined {
  // Within a page a base may be relative; elsewhere there is nothing that it could be relative to.
  const page = (globalThis as { location?: { href?: string } }).location?.href
  if (baseUrl === undefined) return page === undefined ? undefined : partsOf(new URL('/', page))
  const base = URL.canParse(String(baseUrl), page) ? new URL(baseUrl, page) : undefined
  if (base !== undefined && hasPassword(base)) throw withPassword('baseUrl')
  if (base !== undefined && isOfHttp(base) && base.search === '') return partsOf(base)
  throw wrongOption(
    'baseUrl',
    'an address with http: or https: and without a query',
    // What has no protocol may still have a password.
    typeof baseUrl === 'string' && !baseUrl.includes('@') ? baseUrl : {},
    "Use for example 'https://api.example.com/v1'.",
  )
}

/** Members, as a `URL` makes its own anew each time. */
function partsOf({ origin, pathname, search, href }: URL): Address {
  return { origin, pathname, search, href }
}

/**
 * The address of a request. A path is put behind the base, with or without a slash at its beginning; an address with a
 * protocol stands for itself.
 *
 * @throws ConfigError for what cannot be requested.
 */
export function targetOf(base: Address | undefined, path: string | URL, options: TargetOptions): Address {
  // A whole address has no names to be filled in.
  const address = path instanceof URL ? ofHttp(new URL(path)) : addressOf(base, fillIn(path, options.params))
  if (options.query === undefined && !(address instanceof URL)) return address
  const url = urlOf(address)
  if (url.hash !== '' || url.href.endsWith('#')) url.hash = ''
  if (hasPassword(url)) throw withPassword('path')
  if (options.query !== undefined) addQuery(url, options.query)
  return url
}

/** Whether an address holds a user or a password, which no request sends. */
export function hasPassword({ username, password }: Pick<URL, 'username' | 'password'>): boolean {
  return username !== '' || password !== ''
}

function withPassword(option: string): Error {
  const wayOut = "Send it in `headers`: `{ authorization: 'Basic ' + btoa('user:password') }`."
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${option}\` must be an address without a user or password. ${wayOut}`,
    {
      context: { option },
    },
  )
}

function addressOf(base: Address | undefined, path: string): URL | Address {
  if (!path.startsWith('/') && /^[a-z][a-z\d+.-]*:/i.test(path)) {
    return ofHttp(URL.canParse(path) ? new URL(path) : undefined, path)
  }
  if (base === undefined)
    throw wrongOption(
      'path',
      'a whole address where there is no `baseUrl`',
      path,
      'Give `createHttpClient()` a `baseUrl`.',
    )
  const before = base.pathname.endsWith('/') ? base.pathname.slice(0, -1) : base.pathname
  const separator = path === '' || path.startsWith('/') || path.startsWith('?') ? '' : '/'
  return addressAt(base, `${before}${separator}${path}`)
}

/** Others are read from where the program runs, by some platforms: `file:` may come from a server as well. */
function ofHttp(url: URL | undefined, path: string | undefined = url?.href): URL {
  if (url !== undefined && isOfHttp(url)) return url
  throw wrongOption('path', 'a path, or an address with http: or https:', path, "Use for example '/cities/42'.")
}

/** Whether an address can be requested. */
export function isOfHttp({ protocol }: URL): boolean {
  return /^https?:$/.test(protocol)
}

/** A name that takes a whole segment of a path. Behind other characters a colon may be meant: `/topics/42:publish`. */
const LEFT_OUT = /^[^?#]*\/:([A-Za-z_]\w*)(?=[/?#]|$)/
const PARAMETER = /:([A-Za-z_]\w*)/g

function fillIn(path: string, params: TargetOptions['params']): string {
  if (typeof path !== 'string') throw wrongOption('path', 'a text', path, "Use for example '/cities/42'.")
  if (params === undefined) {
    const [, missing] = LEFT_OUT.exec(path) ?? []
    if (missing === undefined) return path
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `\`params\` must have a value for \`:${missing}\` of \`${path}\`, received none. Pass for example \`{ params: { ${missing}: 42 } }\`, or \`%3A\` for a colon that is meant.`,
      { context: { option: 'params' } },
    )
  }
  const known: string[] = []
  const filled = path.replace(PARAMETER, (_, name: string) => {
    known.push(name)
    const value: unknown = Object.hasOwn(params, name) ? params[name] : undefined
    const text = isUrlPart(value) ? String(value) : ''
    // Dots would climb out of their place, encoded or not.
    const encoded = text === '.' || text === '..' ? '' : encode(text)
    if (encoded !== '') return encoded
    throw wrongOption(
      `params.${name}`,
      'well-formed text that is not empty and no dots alone, or a number',
      value,
      adviceOnPart(value) ?? `Give \`params\` a value for each name of \`${path}\`.`,
    )
  })
  for (const name of Object.keys(params))
    if (params[name] !== undefined && !known.includes(name)) throw noName(name, path)
  return filled
}

function noName(name: string, path: string): ConfigError {
  const shown = displayKey(name)
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`params\` has \`${shown}\`, and ${received(path)} has no \`:${shown}\`. Put it into the path, or pass it as \`query\`.`,
    { context: { option: 'params' } },
  )
}

/** A value that reads the same in an address as in the program. */
function isUrlPart(value: unknown): value is UrlPart {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)
}

function adviceOnPart(value: unknown): string | undefined {
  if (value instanceof Date) return 'Use `date.toISOString()`.'
  if (typeof value === 'number') return 'Use a number that is finite.'
  return typeof value === 'object' && value !== null ? 'Name the member that is meant, such as `user.id`.' : undefined
}

/** Empty for half of a surrogate pair, which UTF-8 cannot express. */
function encode(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return ''
  }
}

function addQuery(url: URL, query: Query): void {
  const members = membersOf(query)
  for (const name of Object.keys(members).sort()) {
    const value: unknown = members[name]
    if (value === undefined || value === null) continue
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    for (const [index, one] of list.entries()) {
      if (!isUrlPart(one)) throw noQuery(list === value ? `query.${name}[${index}]` : `query.${name}`, one)
      url.searchParams.append(name, String(one))
    }
  }
}

/** Members of a query, which may be one that was made before. */
export function membersOf(query: Query | undefined): Exclude<Query, URLSearchParams> {
  if (!(query instanceof URLSearchParams)) return query ?? {}
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]))
}

function noQuery(option: string, value: unknown): ConfigError {
  const isIterable = typeof value === 'object' && value !== null && Symbol.iterator in value
  const wayOut = Array.isArray(value)
    ? 'Use `list.flat()`.'
    : isIterable
      ? 'Write `[...value]`.'
      : (adviceOnPart(value) ?? 'Leave it out, or use a string.')
  return wrongOption(option, 'a string, a number, `true` or `false`, or a list of them', value, wayOut)
}
