import { keepAddress } from '../message/address.ts'
import { RequestError, received } from '@hotpath/contract'
import { type Answer, ClientResponse, type HttpResponse } from '../message/answer.ts'
import { clientSettings, type HttpClientOptions, type NetworkSettings, sendSettings } from './client-settings.ts'
import type { HttpClient, RequestOptions, Routes } from './client-types.ts'
import { Exchanges } from './exchanges.ts'
import { pick } from './fields.ts'
import { statusError } from '../message/http-errors.ts'
import { createSend } from './network.ts'
import { openTransport } from '../transport/open-transport.ts'
import { type PagesOptions, pagesOf } from './pages.ts'
import { createPrepare } from './prepare.ts'
import { checkFetchOptions, checkPagesOptions, checkRequestOptions } from './request-options.ts'
import { targetOf } from '../message/target.ts'

const NO_OPTIONS: RequestOptions = {}

/**
 * Makes a client of an HTTP API: equal GET requests share one, a cache keeps what responses allow, and what fails is
 * tried again where that is safe. In Node with undici beside it, connections are kept and HTTP/2 is spoken where the
 * server offers it; elsewhere it uses the platform's `fetch`.
 *
 * @throws ConfigError naming the option, the value seen and the way out.
 *
 * @example
 * ```ts
 * import { once } from 'node:events'
 * import { createServer } from 'node:http'
 * import { createCache, memory } from '@hotpath/core'
 * import { createHttpClient } from '@hotpath/request/http'
 *
 * const server = createServer((request, response) => {
 *   response.setHeader('content-type', 'application/json')
 *   response.setHeader('cache-control', 'max-age=60')
 *   response.end(JSON.stringify({ name: 'Ulm', asked: request.url }))
 * }).listen(0, '127.0.0.1')
 * await once(server, 'listening')
 * const { port } = server.address() as { port: number }
 *
 * const cache = createCache({ name: 'http', tiers: [memory({ maxEntries: 1_000 })] })
 * const api = createHttpClient({ baseUrl: `http://127.0.0.1:${port}`, cache, timeout: '2s' })
 * console.log(await api.get('/cities/:id', { params: { id: 42 } })) // { name: 'Ulm', asked: '/cities/42' }
 * const again = await api.fetch('/cities/42')
 * console.log(again.status, again.from) // 200 cache
 * server.close()
 * await api.close()
 * await cache.close()
 * ```
 */
export function createHttpClient<Known extends object = Routes>(options: HttpClientOptions = {}): HttpClient<Known> {
  const settings = clientSettings(options)
  keepAddress()
  const sending = sendSettings(options)
  const { connections, events, clock, maxBodyBytes, fieldsParameter } = settings
  const { cache, transport: given, dispatcher } = options
  const opened = openTransport({ connections, caches: cache !== undefined, transport: given, dispatcher })
  const transport = options.batch?.({ transport: opened, base: settings.base, clock, events }) ?? opened
  const network: NetworkSettings = { transport, clock, events, maxBodyBytes }
  const send = createSend(network, sending)
  const sendFor = ({ retry, timeout }: RequestOptions): typeof send =>
    retry === undefined && timeout === undefined ? send : createSend(network, sendSettings({ retry, timeout }, sending))
  const prepare = createPrepare({ ...settings, sendFor }, options.headers)
  const exchanges = new Exchanges({ cache, caching: options.caching, clock, events, timeoutMs: sending.timeoutMs })
  let closed: Promise<void> | undefined

  // Few promises: each costs more than what happens in it.
  function ask(method: string, path: string | URL, said: RequestOptions, isForeign?: boolean): Promise<Answer> {
    try {
      if (closed !== undefined) throw closedError(method, path)
      const request = prepare(method, path, said, isForeign)
      const answer =
        request instanceof Promise
          ? request.then((prepared) => exchanges.answer(prepared, said))
          : exchanges.answer(request, said)
      const { fields } = said
      if (fields === undefined || fieldsParameter !== false) return answer
      return answer.then((whole) => ({ ...whole, body: pick(whole.body, fields) }))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  function read(method: string, path: string, said: RequestOptions = NO_OPTIONS): Promise<unknown> {
    try {
      checkRequestOptions(said, method.toLowerCase())
    } catch (error) {
      return Promise.reject(error)
    }
    return ask(method, path, said).then((answer) => {
      if (answer.status >= 400) throw statusError(answer, { method, url: new URL(answer.url) })
      return answer.body
    })
  }

  async function fetch(path: string, said: RequestOptions & { method?: string } = NO_OPTIONS): Promise<HttpResponse> {
    checkFetchOptions(said)
    const answer = await ask(said.method ?? 'GET', path, said)
    return new ClientResponse(answer, answer.body)
  }

  function pages(
    path: string,
    said: RequestOptions & PagesOptions<unknown> = NO_OPTIONS,
  ): AsyncIterableIterator<unknown> {
    checkPagesOptions(said)
    const page = async (next: string | undefined): Promise<HttpResponse> => {
      const address = next === undefined ? undefined : new URL(next)
      // Of the first page as it was asked for: where that was redirected to is foreign, too.
      const { origin } = targetOf(settings.base, path, { params: said.params })
      const foreign = address !== undefined && address.origin !== origin
      const answer = await ask('GET', address ?? path, address === undefined ? said : following(said, foreign), foreign)
      if (answer.status >= 400) throw statusError(answer, { method: 'GET', url: new URL(answer.url) })
      return new ClientResponse(answer, answer.body)
    }
    return pagesOf(page, said)
  }

  /** What holds for the pages after the first: their address has a query already, and headers stay with their origin. */
  function following(said: RequestOptions, foreign: boolean): RequestOptions {
    const { params: _params, query: _query, fields, headers, ...rest } = said
    return { ...rest, headers: foreign ? undefined : headers, fields: fieldsParameter === false ? fields : undefined }
  }

  const close = (): Promise<void> => (closed ??= transport.close?.() ?? Promise.resolve())
  const method = (name: string) => (path: string, said?: RequestOptions) => read(name, path, said)
  const client: object = {
    fetch,
    get: method('GET'),
    post: method('POST'),
    put: method('PUT'),
    patch: method('PATCH'),
    delete: method('DELETE'),
    pages,
    close,
    [Symbol.asyncDispose]: close,
  }
  // Routes exist for the compiler alone.
  return client as HttpClient<Known>
}

function closedError(method: string, path: string | URL): RequestError {
  // As it was given, without what may be secret.
  const address = received(String(path).replace(/[?#].*/s, ''))
  return new RequestError(
    'ERR_HTTP_NETWORK',
    `The client is closed, so ${method} ${address} was not sent. Make a new one with \`createHttpClient()\`.`,
  )
}
