/** Redirects, one hop at a time, so that each hop is cached for as long as it says itself. */
import type { Answer } from '../message/answer.ts'
import { fieldOf, isNeutral } from '../rules/header-fields.ts'
import { redirectError } from '../message/http-errors.ts'
import { headOf, type OutgoingRequest } from '../message/outgoing-request.ts'
import { METHOD_OVERRIDES } from '../rules/selection.ts'
import { hasPassword, isOfHttp } from '../message/target.ts'

/** As many as browsers follow. */
export const MAX_REDIRECTS = 20

const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Fields that belong to a body and a method which are not sent on. */
const OF_BODY = [
  ...METHOD_OVERRIDES,
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-location',
]
/** Fields that any origin may see. All others are meant for one: a key or a token may have whatever name its server chose. */
const FOR_ANY_ORIGIN: ReadonlySet<string> = new Set([
  'cache-control',
  'idempotency-key',
  'pragma',
  'range',
  ...METHOD_OVERRIDES,
])

/** The request that a redirect asks for (RFC 9110, section 15.4); `undefined`: the answer is no redirect. */
export function redirected(request: OutgoingRequest, answer: Answer): OutgoingRequest | undefined {
  const location = REDIRECTS.has(answer.status) ? fieldOf(answer.headers, 'location') : undefined
  if (location === undefined) return undefined
  const url = URL.canParse(location, request.href) ? new URL(location, request.href) : undefined
  if (url === undefined || !isOfHttp(url)) {
    throw redirectError(
      request,
      answer,
      "was redirected to what is no address of HTTP. Pass `redirect: 'manual'` to see the answer.",
    )
  }
  if (hasPassword(url)) {
    throw redirectError(
      request,
      answer,
      "was redirected to an address with a password in it, which nobody asked to send. Pass `redirect: 'manual'` to see the answer.",
    )
  }
  // A fragment that is not given anew is kept, and none is ever sent.
  url.hash = ''
  const method = methodAfter(answer.status, request.method)
  const hasBody = method === request.method
  const isSameOrigin = url.origin === request.url.origin
  const mayPass = (name: string): boolean =>
    (hasBody || !OF_BODY.includes(name)) && (isSameOrigin || isNeutral(name) || FOR_ANY_ORIGIN.has(name))
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => mayPass(name)))
  return { ...request, ...headOf(headers), method, url, href: url.href, body: hasBody ? request.body : undefined }
}

/** 303 says to go and look; 301 and 302 say it to a POST, as all browsers take them. */
function methodAfter(status: number, method: string): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET'
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method
}
