/** An API as one finds them: pages, validators, a batch endpoint, and troubles that can be switched on. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { City } from './city.ts'

/** What goes wrong. */
export interface Troubles {
  /** Answers 503 to everything. */
  isDown: boolean
  /** How many requests are refused with 429 and a `Retry-After`. */
  refusals: number
  /** How many connections break after the work has been done. */
  breaks: number
}

/** The server, with what it was asked. */
export interface CityServer {
  readonly server: Server
  readonly troubles: Troubles
  /** Method and path of each request that arrived. */
  readonly asked: string[]
  /** Bytes of the bodies that were sent. */
  sentBytes: number
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

const PAGE = 10

/** Makes it; somebody else has it listen. */
export function createCityServer(): CityServer {
  const cities: City[] = Array.from({ length: 30 }, (_, id) => ({
    id,
    name: `City ${id}`,
    population: 1_000 * (30 - id),
  }))
  const visits = new Set<string>()
  const troubles: Troubles = { isDown: false, refusals: 0, breaks: 0 }
  const asked: string[] = []
  const state: CityServer = {
    server: createServer((request, response) => void serve(request, response)),
    troubles,
    asked,
    sentBytes: 0,
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    asked.push(`${method} ${url}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = answerTo(method, url, request.headers as Record<string, string>, Buffer.concat(chunks).toString())
    if (method !== 'GET' && troubles.breaks > 0) {
      troubles.breaks--
      response.socket?.destroy()
      return
    }
    const body = answer.body === undefined ? '' : JSON.stringify(answer.body)
    state.sentBytes += body.length
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(body)
  }

  function answerTo(
    method: string,
    url: string,
    headers: Readonly<Record<string, string | undefined>>,
    body: string,
  ): Answer {
    if (troubles.isDown) return { status: 503, headers: {}, body: { error: 'down' } }
    if (troubles.refusals > 0) {
      troubles.refusals--
      return { status: 429, headers: { 'retry-after': '1' }, body: { error: 'too many' } }
    }
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const city = cities[Number(/^\/cities\/(\d+)$/.exec(pathname)?.[1] ?? Number.NaN)]
    if (pathname === '/batch') return batchOf(body)
    if (pathname === '/visits') {
      visits.add(headers['idempotency-key'] ?? String(visits.size))
      return { status: 201, headers: {}, body: { visits: visits.size } }
    }
    if (pathname === '/cities') return pageOf(Number(searchParams.get('page') ?? 1))
    if (city === undefined) return { status: 404, headers: {}, body: { error: 'no such city' } }
    if (method === 'PUT') {
      const changed = { ...city, ...(JSON.parse(body) as Partial<City>) }
      cities[city.id] = changed
      return { status: 200, headers: {}, body: changed }
    }
    return validated(city, headers['if-none-match'])
  }

  function pageOf(page: number): Answer {
    const isLast = page * PAGE >= cities.length
    return {
      status: 200,
      headers: { 'cache-control': 'max-age=60', ...(!isLast && { link: `<?page=${page + 1}>; rel="next"` }) },
      body: { cities: cities.slice((page - 1) * PAGE, page * PAGE) },
    }
  }

  function batchOf(body: string): Answer {
    const { requests } = JSON.parse(body) as {
      requests: { id: string; url: string; headers: Record<string, string> }[]
    }
    const responses = requests.map(({ id, url, headers }) => ({ id, ...answerTo('GET', url, headers, '') }))
    return { status: 200, headers: {}, body: { responses } }
  }

  return state
}

/** Fresh for no time at all, but cheap to ask about; good for a minute when the server is down. */
function validated(city: City, known: string | undefined): Answer {
  const etag = `"${city.id}-${city.population}"`
  const headers = { etag, 'cache-control': 'max-age=0, stale-if-error=60' }
  return known === etag ? { status: 304, headers } : { status: 200, headers, body: city }
}
