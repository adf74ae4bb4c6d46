import type { IncomingMessage } from 'node:http'
import type { Cache } from '@hotpath/core'
import { cacheReads, updateCity } from './cached-queries.ts'
import { homePage } from './home-page.ts'
import type { CityQueries, CityReads } from './queries.ts'
import { readBody } from './request-body.ts'
import { RequestError } from './request-error.ts'
import { readChange, readCountry, readFrom, readPoint, readText } from './request-input.ts'

/** What a request is answered with: a value, sent as JSON, or a page. */
export type Answer = { readonly json: unknown } | { readonly html: string }

/** What the routes work with. */
export interface RouteContext {
  readonly queries: CityQueries
  readonly cache: Cache
}

/** What a route sees of a request. */
interface Call {
  /** With Hotpath under /fast, without it under /plain. */
  readonly cities: CityReads
  /** The part of the path that names the thing asked for. */
  readonly name: string
  readonly query: URLSearchParams
  readonly request: IncomingMessage
}

interface Route {
  readonly method: 'GET' | 'PUT'
  readonly path: RegExp
  readonly answer: (call: Call) => Promise<Answer>
}

const PATHS = {
  home: /^\/$/,
  stats: /^\/stats$/,
  search: /^\/(?<half>plain|fast)\/search$/,
  nearest: /^\/(?<half>plain|fast)\/nearest$/,
  biggest: /^\/(?<half>plain|fast)\/countries\/(?<name>[^/]+)\/biggest$/,
  page: /^\/(?<half>plain|fast)\/countries\/(?<name>[^/]+)\/cities$/,
  city: /^\/(?<half>plain|fast)\/cities\/(?<name>\d{1,15})$/,
}

/** Makes the function that answers requests. It rejects with a RequestError where there is no answer. */
export function createRoutes(context: RouteContext): (request: IncomingMessage) => Promise<Answer> {
  const { queries, cache } = context
  const fast = cacheReads(queries, cache)
  const routes = routesOf(context)

  return async (request) => {
    const { pathname, searchParams: query } = addressOf(request)
    const { answer, path } = choose(routes, pathname, request.method)
    const { half, name = '' } = path.exec(pathname)?.groups ?? {}
    return answer({ cities: half === 'fast' ? fast : queries, name, query, request })
  }
}

function routesOf({ queries, cache }: RouteContext): readonly Route[] {
  const get = (path: RegExp, answer: Route['answer']): Route => ({ method: 'GET', path, answer })
  const put = (path: RegExp, answer: Route['answer']): Route => ({ method: 'PUT', path, answer })
  return [
    get(PATHS.search, async ({ cities, query }) => ({ json: await cities.search(readText(query)) })),
    get(PATHS.nearest, async ({ cities, query }) => ({ json: await cities.nearest(readPoint(query)) })),
    get(PATHS.biggest, async ({ cities, name }) => ({
      json: await cities.biggest(readCountry(name, queries.countries)),
    })),
    get(PATHS.page, async ({ cities, name, query }) => ({
      json: await cities.page({ country: readCountry(name, queries.countries), from: readFrom(query) }),
    })),
    get(PATHS.city, async ({ cities, name }) => ({ json: found(await cities.city(Number(name))) })),
    // The same under /plain and /fast: a write that did not tell the cache would leave it with old answers.
    put(PATHS.city, async ({ name, request }) => {
      const change = readChange(await readBody(request))
      return { json: found(await updateCity({ queries, cache }, Number(name), change)) }
    }),
    get(PATHS.stats, async () => ({ json: cache.stats() })),
    get(PATHS.home, async () => ({ html: homePage() })),
  ]
}

function addressOf(request: IncomingMessage): URL {
  const url = URL.parse(request.url ?? '', 'http://localhost')
  if (url === null) throw new RequestError(400, 'The address cannot be read.')
  return url
}

function choose(routes: readonly Route[], pathname: string, method: string | undefined): Route {
  const matching = routes.filter(({ path }) => path.test(pathname))
  // Node sends the answer to HEAD without its body.
  const route = matching.find((candidate) => candidate.method === (method === 'HEAD' ? 'GET' : method))
  if (route !== undefined) return route
  if (matching.length === 0) throw new RequestError(404, 'No such address. / lists what there is.')
  const allow = matching.map((candidate) => candidate.method).join(', ')
  throw new RequestError(405, `This address takes ${allow}.`, { allow })
}

function found<Value>(value: Value | null): Value {
  if (value === null) throw new RequestError(404, 'No such place. /fast/search?q=ber shows the ids of some.')
  return value
}
