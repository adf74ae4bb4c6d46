/** From what a caller says to what goes out. */
import { ConfigError, displayKey, kindOf, toMs, validateTags, wrongOption, wrongOptionSeen } from '@hotpath/contract'
import { ambientCall } from '../../call/call.ts'
import type { Address } from '../message/address.ts'
import { parseCacheControl } from '../rules/cache-control.ts'
import type { ClientSettings, HeaderValues, HttpClientOptions } from './client-settings.ts'
import type { RequestOptions } from './client-types.ts'
import { assertFields } from './fields.ts'
import type { Send } from '../message/outgoing-request.ts'
import { type Head, headOf, type OutgoingRequest } from '../message/outgoing-request.ts'
import { isFieldValue } from '../rules/field-value.ts'
import { encodeBody } from '../message/request-body.ts'
import { DEFAULT_ACCEPT } from '../rules/selection.ts'
import { membersOf, targetOf } from '../message/target.ts'
import { isIdempotent } from '../rules/methods.ts'

const METHOD = /^[A-Z]{1,20}$/
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** `fetch` sends none with these, so neither does a client that has undici. */
const BODILESS = new Set(['GET', 'HEAD'])
const NO_TAGS: readonly string[] = []
const BODY_KINDS = ['auto', 'json', 'text', 'bytes']

/** Checks what a caller says and makes a request of it. Without a promise where it can. */
export type Prepare = (
  method: string,
  path: string | URL,
  options: RequestOptions,
  /** Sends nothing of the client's own headers, wherever it goes. */
  isForeign?: boolean,
) => OutgoingRequest | Promise<OutgoingRequest>

/** What all requests of one client have in common. */
export interface Common extends ClientSettings {
  /** The way to the server, with what a caller says of time and attempts. */
  readonly sendFor: (options: RequestOptions) => Send
}

/** Makes the function that prepares requests of one client. */
export function createPrepare(settings: Common, headers: HttpClientOptions['headers']): Prepare {
  const own = typeof headers === 'function' ? headers : fixedHeaders(headers)
  return (method, path, options, isForeign = false) => {
    const said = { method, path, options, isForeign }
    const isPlain = options.headers === undefined && options.body === undefined
    return isPlain && typeof own !== 'function' ? plain(settings, own, said) : rich(settings, own, said)
  }
}

interface Said {
  readonly method: string
  readonly path: string | URL
  readonly options: RequestOptions
  readonly isForeign: boolean
}

/** Headers that are the same for all requests, checked once, with what tells them from those of other clients. */
interface FixedHeaders {
  /** To the client's own origin. */
  readonly own: Head
  /** To all others: what was meant for one origin stays there. */
  readonly foreign: Head
}

function fixedHeaders(added: HeaderValues | undefined): FixedHeaders {
  return { own: unlike(headersOf({ accept: DEFAULT_ACCEPT }, added)), foreign: unlike({ accept: DEFAULT_ACCEPT }) }
}

/** Unlike that of any other client, as caches may be shared: answers for one must never reach another. */
function unlike(headers: Head['headers']): Head {
  return { ...headOf(Object.freeze(headers)), identity: crypto.randomUUID() }
}

function plain(settings: Common, fixed: FixedHeaders, said: Said): OutgoingRequest {
  const url = addressOf(settings, said)
  return requestOf(settings, said, {
    url,
    head: isOwn(settings, url, said) ? fixed.own : fixed.foreign,
    body: undefined,
  })
}

async function rich(
  settings: Common,
  own: FixedHeaders | (() => HeaderValues | Promise<HeaderValues>),
  said: Said,
): Promise<OutgoingRequest> {
  const { method, options } = said
  if (options.body !== undefined && BODILESS.has(method)) throw noBody(method)
  const url = addressOf(settings, said)
  const encoding = encodeBody(options.body)
  const { body, contentType } = encoding instanceof Promise ? await encoding : encoding
  const fixed = typeof own === 'function' ? fixedHeaders(isOwn(settings, url, said) ? await own() : undefined) : own
  const base = (isOwn(settings, url, said) ? fixed.own : fixed.foreign).headers
  const typed =
    contentType === undefined || base['content-type'] !== undefined ? base : { ...base, 'content-type': contentType }
  return requestOf(settings, said, { url, head: headOf(headersOf(typed, options.headers)), body })
}

function noBody(method: string): Error {
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`body\` must be left out of a ${method} request. Pass it as \`query\`, or send it with \`post\`.`,
    { context: { option: 'body' } },
  )
}

function isOwn({ base }: ClientSettings, url: Address, { isForeign }: Said): boolean {
  return !isForeign && (base === undefined || url.origin === base.origin)
}

function addressOf({ base, fieldsParameter }: ClientSettings, { path, options }: Said): Address {
  const { params, query, fields } = options
  if (fields === undefined) return targetOf(base, path, { params, query })
  assertFields(fields)
  if (fieldsParameter === false) return targetOf(base, path, { params, query })
  return targetOf(base, path, { params, query: { ...membersOf(query), [fieldsParameter]: fields.join(',') } })
}

function requestOf(
  settings: Common,
  { method, options }: Said,
  { url, head, body }: Pick<OutgoingRequest, 'url' | 'body'> & { readonly head: Head },
): OutgoingRequest {
  if (!KNOWN_METHODS.has(method) && !METHOD.test(method))
    throw wrongOption('method', 'a method in capitals', method, "Use for example 'POST'.")
  const { as: kind = 'auto', cache = true, tags, ttl } = options
  if (!BODY_KINDS.includes(kind))
    throw wrongOption('as', `one of ${BODY_KINDS.join(', ')}`, kind, "Leave it out for 'auto'.")
  const key = isIdempotent(method) && options.idempotencyKey === undefined ? undefined : keyOf(settings, options)
  const { headers, identity, selection } = head
  const hasKey = headers['idempotency-key'] !== undefined
  return {
    method,
    url,
    href: url.href,
    headers: key === undefined || hasKey ? headers : { ...headers, 'idempotency-key': key },
    identity,
    selection,
    body,
    kind,
    repeatable: (isIdempotent(method) && !selection.isOverridden) || key !== undefined || hasKey,
    // A call within a policy of this package ends with the call around it.
    signal: options.signal ?? outerSignal(),
    send: settings.sendFor(options),
    tags: tags === undefined ? NO_TAGS : validateTags(tags, 'tags'),
    keys: options.keys ?? [],
    caching: cache === false ? 'off' : cache === 'refresh' || wantsFresh(headers) ? 'refresh' : 'use',
    ttlMs: ttl === undefined ? undefined : toMs(ttl, 'ttl'),
  }
}

/** Whether the request itself says that nothing stored will do without asking (RFC 9111, section 5.2.1). */
function wantsFresh({ 'cache-control': field }: OutgoingRequest['headers']): boolean {
  if (field === undefined) return false
  const { noCache, maxAgeS } = parseCacheControl(field)
  return noCache !== false || maxAgeS === 0
}

function outerSignal(): AbortSignal | undefined {
  const call = ambientCall()
  return call?.abortable === true ? call.signal : undefined
}

function keyOf({ newKey }: ClientSettings, { idempotencyKey }: RequestOptions): string | undefined {
  if (typeof idempotencyKey === 'string') return idempotencyKey
  if (idempotencyKey === false) return undefined
  return idempotencyKey === true ? (newKey ?? (() => crypto.randomUUID()))() : newKey?.()
}

/** The fields of one header on top of another. @throws ConfigError for what no header can be made of. */
function headersOf(
  base: Readonly<Record<string, string>>,
  added: HeaderValues | undefined,
): Readonly<Record<string, string>> {
  if (added === undefined) return base
  if (typeof added !== 'object' || added === null || Array.isArray(added) || Symbol.iterator in added) {
    throw wrongOption('headers', 'an object of texts', added, "Use for example `{ authorization: 'Bearer …' }`.")
  }
  const headers: Record<string, string> = { ...base }
  for (const [name, value] of Object.entries(added)) {
    const key = name.toLowerCase()
    if (value === undefined) delete headers[key]
    else if (!FIELD_NAME.test(key)) throw wrongName(key)
    else if (!isFieldValue(value)) throw wrongField(key, value)
    else headers[key] = value
  }
  return headers
}

function wrongName(name: string): Error {
  const option = `headers.${displayKey(name)}`
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${option}\` must have a name of letters, digits and \`-\`. Use for example \`x-api-key\`.`,
    { context: { option } },
  )
}

function wrongField(name: string, value: unknown): Error {
  // Not shown: it may be a secret.
  const seen =
    typeof value !== 'string' ? kindOf(value) : `a string with ${/[\r\n]/.test(value) ? 'a line break' : 'others'}`
  const wayOut =
    typeof value === 'string'
      ? 'Trim it, or encode it: `encodeURIComponent(value)`.'
      : 'Use `String(value)`, or leave it out.'
  return wrongOptionSeen(`headers.${name}`, 'a text on one line, of characters up to U+00FF', value, { seen, wayOut })
}

const FIELD_NAME = /^[!#$%&'*+.^_`|~\w-]+$/
