/**
 * What the header of a request selects, beside its address: requests that differ in it never share an entry of the cache.
 *
 * A server should say by `Vary` which fields its answer depends on, and many do not: a proxy chooses a tenant by `Host`,
 * an API key has whatever name its server gave it. So every field is part of the key but for those that are known to
 * select nothing. `Authorization` is not part of it, because RFC 9111 (section 3.5) has a rule of its own for that.
 */
import { digestOf, type KeyPart } from '@hotpath/contract'
import { isNeutral } from './header-fields.ts'
import { isInPage } from './is-in-page.ts'
import { type KnownFields, variantOf } from './vary.ts'

type Header = Readonly<Record<string, string>>

/** What a client asks for where its caller says nothing. */
export const DEFAULT_ACCEPT = 'application/json, */*;q=0.5'

/** Fields that select nothing: who or what asks, along which way, and how caches are to go about it. */
const SELECTING_NOTHING: ReadonlySet<string> = new Set([
  'authorization',
  'b3',
  'baggage',
  'cache-control',
  'correlation-id',
  'pragma',
  'priority',
  'request-id',
  'sentry-trace',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-amzn-trace-id',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-spanid',
  'x-b3-traceid',
  'x-cloud-trace-context',
  'x-correlation-id',
  'x-request-id',
  'x-trace-id',
])

/** Fields that make a request conditional, ask for a part, or for an interim answer: what comes is for its caller alone. */
const CONDITIONS = [
  'expect',
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
  'if-range',
  'range',
]

/** Fields that servers take for the method, whatever the request line says. */
export const METHOD_OVERRIDES: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override']

/** How many addresses a client remembers its digests for. */
const MAX_DIGESTS = 1_000

/** Whether requests that differ in a field have different keys. */
function isKeyed(name: string): boolean {
  return !SELECTING_NOTHING.has(name)
}

/** What a response may say that it varies by without another look-up, or cannot be told: a page adds cookies unseen. */
export function knownFields(): KnownFields {
  return { isKeyed, unseen: isInPage() ? ['cookie'] : [] }
}

/** Whether a request asks for another method than its own, which may change something. */
export function isOverridden(headers: Header): boolean {
  return METHOD_OVERRIDES.some((name) => headers[name] !== undefined)
}

/** Found out once for a header that many requests have. */
export class Selection {
  /** The caller's own conditions keep a request out of the cache. */
  readonly isConditional: boolean
  /** Another method than that of the request is meant. */
  readonly isOverridden: boolean
  /** Values by their fields, sorted; `undefined` where nothing is selected. */
  readonly #fields: Readonly<Record<string, string | null>> | undefined
  readonly #isNeutral: boolean
  readonly #digests = new Map<string, string>()

  constructor(headers: Header) {
    this.isConditional = CONDITIONS.some((name) => headers[name] !== undefined)
    this.isOverridden = isOverridden(headers)
    const names = Object.keys(headers).filter((name) => isKeyed(name) && name !== 'accept')
    if (headers['accept'] !== DEFAULT_ACCEPT) names.push('accept')
    this.#fields = names.length === 0 ? undefined : variantOf(names.sort(), headers)
    this.#isNeutral = names.every(isNeutral)
  }

  /**
   * The part of a key. What tells requests apart may be a cookie or a password, and many may list the keys of a store, so it
   * is hashed unless it is known to be neither: along with the address, so that the digests of one secret cannot be told
   * from those of several.
   */
  keyPart(href: string): KeyPart {
    if (this.#fields === undefined || this.#isNeutral) return this.#fields
    const known = this.#digests.get(href)
    if (known !== undefined) return known
    if (this.#digests.size >= MAX_DIGESTS) this.#digests.clear()
    const digest = digestOf(JSON.stringify([href, this.#fields]))
    this.#digests.set(href, digest)
    return digest
  }
}
