/** Servers of one city, which report to pages by server-sent events what has changed: one for each site. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Site } from '@hotpath/browsers'

export interface CityServer {
  readonly respond: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Requests for the city, and how many of them were aborted. */
  readonly counts: { requests: number; aborted: number }
  name: string
  /** Requests for the city wait for this. */
  hold: Promise<unknown>
  /** Whether the next rename is refused. */
  refusesNext: boolean
  /** Changes the city, and tells all pages. */
  rename(name: string): void
}

export function createCityServers(): {
  readonly api: (request: IncomingMessage, response: ServerResponse) => void
  of(site: Site): CityServer
} {
  const byHost = new Map<string, CityServer>()
  const of = (host: string): CityServer => {
    const server = byHost.get(host) ?? createCityServer()
    byHost.set(host, server)
    return server
  }
  return {
    api: (request, response) => void of(request.headers.host ?? '').respond(request, response),
    of: ({ origin }) => of(new URL(origin).host),
  }
}

function createCityServer(): CityServer {
  const feeds = new Set<ServerResponse>()

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/api/events') {
      feeds.add(response.writeHead(200, { 'content-type': 'text/event-stream' }))
      response.write('data: ready\n\n')
      request.on('close', () => feeds.delete(response))
    } else if (request.method === 'PUT') {
      const chunks: Buffer[] = await request.toArray()
      if (server.refusesNext) response.writeHead(409).end()
      else {
        server.rename(Buffer.concat(chunks).toString())
        response.end()
      }
      server.refusesNext = false
    } else {
      server.counts.requests++
      response.on('close', () => (server.counts.aborted += response.writableFinished ? 0 : 1))
      await server.hold
      response.end(JSON.stringify({ name: server.name }))
    }
  }

  const server: CityServer = {
    respond,
    counts: { requests: 0, aborted: 0 },
    name: 'Bern',
    hold: Promise.resolve(),
    refusesNext: false,
    rename(name) {
      server.name = name
      for (const feed of feeds) feed.write('data: cities\n\n')
    },
  }
  return server
}
