import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { describeIn, engines, type Tab, until } from '@hotpath/browsers'
import { type Cache, createCache, memory, type Token } from '@hotpath/core'
import { changes } from '@hotpath/core/changes'
import { shared } from '@hotpath/core/shared'
import { createFakeDatabase, createFakeLifecycle } from '@hotpath/web/testing'
import { systemClock } from '@hotpath/contract'
import { afterAll, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { STORES } from '../../src/database/stores.ts'
import { openBrowserLog } from '../../src/log/browser-log.ts'
import { serveInvalidations } from '../../src/server/index.ts'
import type * as page from './pages/follow.ts'

type Page = typeof page

/** A cache of a server, whose log keeps its records. */
function createServer(): Cache {
  const lifecycle = createFakeLifecycle()
  const database = createFakeDatabase({ stores: STORES, lifecycle })
  const log = () =>
    openBrowserLog({ database, name: 'server', clock: systemClock, lifecycle, openChannel: () => undefined })
  return createCache({ name: 'shop', tiers: [memory({ maxEntries: 100 })], log, shared })
}

const server = createServer()
const options = { allow: () => () => true, heartbeat: '1s' } as const
const serve = serveInvalidations(server, options)

/**
 * A server of one process, whose log keeps no records: a connection that missed one begins with a gap. Each engine has its own, as
 * they are tested beside each other.
 */
function createAlone() {
  const cache = createCache({ name: 'alone', tiers: [memory({ maxEntries: 100 })] })
  return { cache, serve: serveInvalidations(cache, options) }
}

const alone = new Map<string, ReturnType<typeof createAlone>>(engines.map(({ engine }) => [engine, createAlone()]))

/** What responds to an address: `/api/alone/` and an engine's name for its own server. */
function handlerOf(url: string): typeof serve {
  const [, engine = ''] = /^\/api\/alone\/(\w+)/.exec(url) ?? []
  return alone.get(engine)?.serve ?? serve
}

/** Responds to a request of `node:http` as a fetch-style handler does. */
async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const controller = new AbortController()
  response.on('close', () => {
    controller.abort()
  })
  const headers = new Headers(request.headers as Record<string, string>)
  const { url = '', method = 'GET' } = request
  const given = method === 'POST' ? { body: Readable.toWeb(request) as BodyInit, duplex: 'half' } : {}
  const asked = new Request(`http://127.0.0.1${url}`, { method, headers, signal: controller.signal, ...given })
  const { status, headers: sent, body } = await handlerOf(url)(asked)
  response.writeHead(status, Object.fromEntries(sent))
  if (body === null) response.end()
  else Readable.fromWeb(body as NodeStream).pipe(response)
}

const site = {
  pages: { follow: join(import.meta.dirname, 'pages/follow.ts') },
  api: (request: IncomingMessage, response: ServerResponse) => void respond(request, response),
}

/** Sends by a WebSocket what the server invalidates, from a token on. */
const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
sockets.on('connection', (socket, { url = '/' }) => void send(socket, new URL(url, 'ws://127.0.0.1')))

/** Of which engine each is: these are tested beside each other. */
const paths = new WeakMap<WebSocket, string>()

async function send(socket: WebSocket, { pathname, searchParams }: URL): Promise<void> {
  const left = new AbortController()
  socket.on('close', () => left.abort())
  paths.set(socket, pathname)
  const from = (searchParams.get('after') || server.position()) as Token
  socket.send(JSON.stringify({ type: 'alive', token: from }))
  // Others may use the socket too.
  socket.send('{ "type": "chat" }')
  for await (const change of changes(server, { from, signal: left.signal })) socket.send(JSON.stringify(change))
}

const socketAddress = (engine: string): string => `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}/${engine}`

/** Ends the sockets of one engine, as a network that breaks down does. */
function breakSockets(engine: string): void {
  for (const socket of sockets.clients) if (paths.get(socket) === `/${engine}/`) socket.terminate()
}

afterAll(async () => {
  for (const socket of sockets.clients) socket.terminate()
  sockets.close()
  await Promise.all([server.close(), ...[...alone.values()].map(({ cache }) => cache.close())])
})

describe('a page that follows a server, in every engine', () => {
  describeIn(engines, site, (stage, engine) => {
    const openTab = async (name: string): Promise<{ tab: Tab; page: ReturnType<typeof pageOf> }> => {
      const tab = await stage().open('follow')
      await server.ready()
      await tab.page<Page>().open(name, String(server.position()))
      return { tab, page: pageOf(tab) }
    }
    const pageOf = (tab: Tab) => tab.page<Page>()

    it('drops in all tabs what the server invalidates, through one connection', async () => {
      const tabs = [await openTab('one'), await openTab('one'), await openTab('one')]
      const opens = async () => Promise.all(tabs.map(async ({ page }) => (await page.events()).includes('open')))
      await until('a connection', async () => (await opens()).includes(true))
      for (const { page } of tabs) await page.set('city', `cities:${engine}`)
      await server.invalidateTags([`cities:${engine}`])
      for (const { page } of tabs) await until('it is gone', async () => (await page.get('city')) === null)
      expect((await opens()).filter(Boolean)).toHaveLength(1)
    })

    it('goes on in another tab when the one is closed, and after the server was away', async () => {
      const [first, second] = [await openTab('away'), await openTab('away')]
      const isOpen = async ({ page }: typeof first) => (await page.events()).at(-1) === 'open'
      await until('a connection', async () => (await isOpen(first)) || (await isOpen(second)))
      const [closed, left] = (await isOpen(first)) ? [first, second] : [second, first]
      await closed.tab.close()
      await until('a connection of the other tab', () => isOpen(left))
      await left.page.set('city', `cities:${engine}`)
      await stage().site.stop()
      await until('its loss', async () => (await left.page.events()).includes('closed'))
      await server.invalidateTags([`cities:${engine}`])
      expect(await left.page.get('city')).toBe('value')
      await stage().site.start()
      await until('it is gone', async () => (await left.page.get('city')) === null)
      expect(await left.page.events()).not.toContain('gap')
    })

    it('hears of it by a WebSocket, also after that was lost', async () => {
      const tab = await stage().open('follow')
      const page = pageOf(tab)
      await server.ready()
      await page.open('socket', String(server.position()), socketAddress(engine))
      const opens = async () => (await page.events()).filter((event) => event === 'open').length
      await until('a connection', async () => (await opens()) === 1)
      await page.set('city', `cities:${engine}`)
      await page.set('country', `countries:${engine}`)
      await server.invalidateTags([`cities:${engine}`])
      await until('it is gone', async () => (await page.get('city')) === null)
      expect(await page.get('country')).toBe('value')
      breakSockets(engine)
      await server.invalidateTags([`countries:${engine}`])
      await until('it is gone too', async () => (await page.get('country')) === null)
      expect([await opens(), (await page.events()).includes('gap')]).toEqual([2, false])
      await page.close()
    })

    it('keeps after a gap what the server says still holds', async () => {
      const tab = await stage().open('follow')
      const page = pageOf(tab)
      const { cache } = alone.get(engine) as ReturnType<typeof createAlone>
      await page.open('gap', String(cache.position()), `/api/alone/${engine}`)
      await until('a connection', async () => (await page.events()).includes('open'))
      await page.set('city', 'cities')
      await page.set('country', 'countries')
      await until('both are stored', async () => (await page.storedCount()) === 2)
      await stage().site.stop()
      await until('its loss', async () => (await page.events()).includes('closed'))
      await cache.invalidateTags(['cities'])
      await stage().site.start()
      await until('the gap', async () => (await page.events()).includes('gap'))
      expect([await page.get('city'), await page.get('country')]).toEqual([null, 'value'])
    })

    it('goes on after the last visit, and knows of what was invalidated meanwhile', async () => {
      const { tab, page } = await openTab('visits')
      await until('a connection', async () => (await page.events()).includes('open'))
      await page.set('city', `cities:${engine}`)
      await page.set('country', 'countries')
      await until('both are stored', async () => (await page.storedCount()) === 2)
      await tab.goto('about:blank')
      await server.invalidateTags([`cities:${engine}`])
      await tab.goto(stage().site.url('follow'))
      await page.open('visits', null)
      await until('a connection', async () => (await page.events()).includes('open'))
      await until('it is gone', async () => (await page.get('city')) === null)
      expect(await page.get('country')).toBe('value')
      expect(await page.events()).not.toContain('gap')
    })
  })
})
