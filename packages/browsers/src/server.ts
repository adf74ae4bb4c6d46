/** Serves the pages of a test over http: an origin of its own, so that nothing stored is shared with another test. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bundlePage } from './bundle.ts'

/** Pages by name, and what else the server responds to. */
export interface SiteOptions {
  /** The module of each page by its name: what it exports is what tests call. */
  readonly pages: Readonly<Record<string, string>>
  /** Whether pages are isolated from other sites, by which their clock is fine. Default `false`: it costs a process each. */
  readonly isIsolated?: boolean
  /** Conditions by which packages are resolved, such as `['browser']` for what is built. Default: their sources. */
  readonly conditions?: readonly string[] | undefined
  /** Packages or folders in place of others, as to run with another version of one. */
  readonly alias?: Readonly<Record<string, string>> | undefined
  /** Gets requests for paths below `/api/`. */
  readonly api?: (request: IncomingMessage, response: ServerResponse) => void
}

/** A site that is served. */
export interface Site {
  /** `http://127.0.0.1:1234`, and the address of an empty page. */
  readonly origin: string
  /** Address of a page. */
  url(page: string): string
  /** Refuses connections until `start`, as a network that is away does. */
  stop(): Promise<void>
  /** Serves again at the same address. */
  start(): Promise<void>
  close(): Promise<void>
}

/** What isolates a page: its clock is fine then (5 µs in place of 100 µs and more). */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

/** Bundles the pages from source and serves them on a free port of 127.0.0.1. */
export async function serveSite({ pages, api, conditions, alias, isIsolated = false }: SiteOptions): Promise<Site> {
  const common = isIsolated ? ISOLATED : {}
  const scripts = new Map<string, string>()
  await Promise.all(
    Object.entries(pages).map(async ([name, file]) => scripts.set(name, await bundlePage({ file, conditions, alias }))),
  )
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname
    if (path.startsWith('/api/') && api !== undefined) return api(request, response)
    const [, name = '', type = ''] = /^\/([\w-]+)(\.js)?$/.exec(path) ?? []
    const script = scripts.get(name)
    if (path === '/') {
      response.writeHead(200, { ...common, 'content-type': 'text/html' }).end(EMPTY)
    } else if (script === undefined) {
      response.writeHead(404, common).end()
    } else if (type === '.js') {
      // Also for a frame without an origin of its own.
      const headers = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' }
      response.writeHead(200, { ...common, ...headers }).end(script)
    } else {
      response.writeHead(200, { ...common, 'content-type': 'text/html' }).end(documentOf(name))
    }
  }
  let port = 0
  let server = createServer(respond)
  const listen = async (): Promise<void> => {
    server = createServer(respond).listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  await listen()
  const origin = `http://127.0.0.1:${port}`
  return { origin, url: (page) => `${origin}/${page}`, stop, start: listen, close: stop }
}

/** An empty page, which asks for no icon. */
const EMPTY = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'

function documentOf(name: string): string {
  return `${EMPTY}<title>${name}</title>
<script type="module">import * as page from '/${name}.js'; globalThis.page = page</script>`
}
