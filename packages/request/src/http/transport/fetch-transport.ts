/**
 * Requests by the platform's `fetch`: browsers, and servers without undici. It decodes bodies on its own, and in a page
 * follows redirects on its own: there nobody sees where they lead. Elsewhere they are followed by the client, which keeps
 * its headers from other origins; `fetch` keeps back no more than `Authorization` and cookies.
 */
import { fromHeaders } from '../rules/header-fields.ts'
import { isInPage } from '../rules/is-in-page.ts'
import { type HttpTransport, joined } from './transport.ts'
import { BodyFailure } from '../message/body-failure.ts'

/** The part of `fetch` that is used. */
export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>

/** What `fetch` takes as its `cache`. Written out, because the types of Node 22 do not have it. */
export type FetchCache = 'default' | 'force-cache' | 'no-cache' | 'no-store' | 'only-if-cached' | 'reload'

/** Carries requests by `fetch`. Default: the platform's, looked up at each request, so that a page may replace it. */
export function fetchTransport({
  fetch = (url, init) => globalThis.fetch(url, init),
  cache,
}: {
  readonly fetch?: FetchFunction | undefined
  /** How the platform's own cache is used; it cannot say how old its answers are. */
  readonly cache?: FetchCache | undefined
} = {}): HttpTransport {
  return {
    async send({ method, url, headers, body, signal, maxBodyBytes }) {
      const response = await fetch(url.href, {
        method,
        headers,
        ...(!isInPage() && { redirect: 'manual' }),
        ...(cache !== undefined && { cache }),
        ...(body !== undefined && { body: body as NonNullable<RequestInit['body']> }),
        ...(signal !== undefined && { signal }),
      })
      const head = { status: response.status, headers: fromHeaders(response.headers) }
      const redirectedTo = response.redirected ? response.url : undefined
      try {
        return { ...head, body: await readBody(response, maxBodyBytes), redirectedTo }
      } catch (cause) {
        throw new BodyFailure(head, cause)
      }
    },
  }
}

async function readBody(response: Response, maxBodyBytes: number): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array(0)
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(chunks, bytes)
    bytes += value.byteLength
    chunks.push(value)
    if (bytes > maxBodyBytes) {
      // Not waited for: a server may take its time to hear of it.
      reader.cancel().catch(() => {})
      // A number stands for the limit that it went over.
      // oxlint-disable-next-line typescript/only-throw-error -- never leaves this module
      throw maxBodyBytes
    }
  }
}
