/** Redirects, one hop at a time, so that each hop is cached for as long as it says itself. */
import type { Answer } from './answer.ts'
import { fieldOf, isNeutral } from './header-fields.ts'
import { redirectError } from './http-errors.ts'
import type { OutgoingRequest } from './outgoing-request.ts'

/** As many as browsers follow. */
export const MAX_REDIRECTS = 20

const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Fields that describe a body which is not sent on. */
const OF_BODY = ['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location']
/** Fields that are meant for one origin only. */
const SECRETS = ['authorization', 'cookie', 'proxy-authorization']

/** The request that a redirect asks for (RFC 9110, section 15.4); `undefined`: the answer is no redirect. */
export function redirected(request: OutgoingRequest, answer: Answer): OutgoingRequest | undefined {
  const location = REDIRECTS.has(answer.status) ? fieldOf(answer.headers, 'location') : undefined
  if (location === undefined) return undefined
  const url = URL.canParse(location, request.href) ? new URL(location, request.href) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw redirectError(
      request,
      answer,
      "was redirected to what is no address of HTTP. Pass `redirect: 'manual'` to see the answer.",
    )
  }
  // A fragment that is not given anew is kept, and none is ever sent.
  url.hash = ''
  const method = methodAfter(answer.status, request.method)
  const hasBody = method === request.method
  const without = [...(hasBody ? [] : OF_BODY), ...(url.origin === request.url.origin ? [] : secretsOf(request))]
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !without.includes(name)))
  return {
    ...request,
    method,
    url,
    href: url.href,
    headers,
    identity: JSON.stringify(headers),
    body: hasBody ? request.body : undefined,
  }
}

/** What the client sends to its own origin may be a key of any name. */
function secretsOf({ ownFields }: OutgoingRequest): readonly string[] {
  return [...SECRETS, ...ownFields.filter((name) => !isNeutral(name))]
}

/** 303 says to go and look; 301 and 302 say it to a POST, as all browsers take them. */
function methodAfter(status: number, method: string): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET'
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method
}
