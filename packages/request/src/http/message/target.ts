/** Where a request goes: base, path with its parameters, query. */
import { ConfigError, wrongOption } from '@hotpath/contract'
import { type Address, addressAt, urlOf } from './address.ts'

/** What may stand in a path or a query. */
export type UrlPart = string | number | bigint | boolean

/** Members that are `undefined` or `null` are left out; a list is repeated: `tag=a&tag=b`. */
export type Query = Readonly<Record<string, UrlPart | readonly UrlPart[] | null | undefined>>

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
  if (base !== undefined && /^https?:$/.test(base.protocol) && base.search === '') return partsOf(base)
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
  const address = path instanceof URL ? new URL(path) : addressOf(base, fillIn(path, options.params))
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
    const url = URL.canParse(path) ? new URL(path) : undefined
    if (url !== undefined && /^https?:$/.test(url.protocol)) return url
    throw wrongOption('path', 'a path, or an address with http: or https:', path, "Use for example '/cities/42'.")
  }
  if (base === undefined)
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `\`path\` must be a whole address where there is no \`baseUrl\`, received '${path}'. Give \`createHttpClient()\` a \`baseUrl\`.`,
    )
  const before = base.pathname.endsWith('/') ? base.pathname.slice(0, -1) : base.pathname
  const separator = path === '' || path.startsWith('/') || path.startsWith('?') ? '' : '/'
  return addressAt(base, `${before}${separator}${path}`)
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
  return path.replace(PARAMETER, (_, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined
    const text = value === undefined || value === null ? '' : String(value)
    // Dots would climb out of their place, encoded or not.
    const encoded = text === '.' || text === '..' ? '' : encode(text)
    if (encoded !== '') return encoded
    throw wrongOption(
      `params.${name}`,
      'well-formed text that is not empty and no dots alone, or a number',
      value,
      `Give \`params\` a value for each name of \`${path}\`.`,
    )
  })
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
  for (const name of Object.keys(query).sort()) {
    const value = query[name]
    if (value === undefined || value === null) continue
    if (typeof value === 'object') for (const one of value) url.searchParams.append(name, String(one))
    else url.searchParams.append(name, String(value))
  }
}
