/** Serves a page and what it asks for, as one origin: its files, the API, what the API invalidates, and favourites. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveInvalidations } from '@hotpath/browser/server'
import type { Service } from 'city-api-example/service'
import { createConditions } from './conditions.ts'
import { createFavourites } from './favourites.ts'
import { readFiles } from './files.ts'
import { requestOf, send } from './web.ts'

const HOST = '127.0.0.1'

/** What the server needs. */
export interface PageServerOptions {
  /** 0 for any free port. */
  readonly port: number
  /** What Vite has built. */
  readonly dir: string
  /** Stays open when the server closes. */
  readonly service: Service
}

/** The running server. */
export interface PageServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

/** Starts it, reachable from this machine alone. */
export async function startPageServer({ port, dir, service }: PageServerOptions): Promise<PageServer> {
  const { cache } = service
  const files = await readFiles(dir)
  const conditions = createConditions()
  const favourites = createFavourites(service)
  // Everybody may see all places, so everybody may hear of them.
  const invalidations = serveInvalidations(cache, { allow: () => () => true })

  const respond = (request: Request): Response | Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (pathname === '/conditions') return conditions.respond(request)
    if (!pathname.startsWith('/api/')) return files.respond(pathname, cache.position())
    return conditions.pass(request, (passed) => {
      if (pathname === '/api/invalidations') return invalidations(passed)
      if (pathname.startsWith('/api/favourites')) return favourites.respond(passed)
      return handOn(passed, service)
    })
  }

  const server = createServer((incoming, outgoing) => {
    Promise.resolve(requestOf(incoming, outgoing))
      .then(respond)
      .catch(() => new Response(null, { status: 502 }))
      .then((response) => send(response, outgoing))
      .catch(() => outgoing.destroy())
  })
  server.listen(port, HOST)
  await once(server, 'listening')
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Asks the API what the page asks: `/api/search` is its `/fast/search`. */
async function handOn({ url, method, body, signal }: Request, service: Service): Promise<Response> {
  const { pathname, search } = new URL(url)
  const address = `${service.url}/fast${pathname.slice('/api'.length)}${search}`
  const { status, headers, body: found } = await fetch(address, { method, body, signal, duplex: 'half' } as RequestInit)
  return new Response(found, { status, headers: { 'content-type': headers.get('content-type') ?? '' } })
}
