import { ConfigError, type Scope } from '@hotpath/contract'
import { type Cache, createCache, memory, type Token } from '@hotpath/core'
import { shared } from '@hotpath/core/shared'
import { createFakeClock, flush } from '@hotpath/testkit'
import { createFakeDatabase, createFakeLifecycle } from '@hotpath/web/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { STORES } from '../src/database/stores.ts'
import { openBrowserLog } from '../src/log/browser-log.ts'
import { type ServeInvalidationsOptions, serveInvalidations } from '../src/server/index.ts'

const opened: Cache[] = []

const raise = (): never => {
  throw new Error('of the application')
}

afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close()
})

/** A cache of a server, whose log keeps its records. */
async function createServer(options: Partial<ServeInvalidationsOptions> = {}) {
  const clock = createFakeClock()
  const lifecycle = createFakeLifecycle()
  const database = createFakeDatabase({ stores: STORES, lifecycle })
  const log = () => openBrowserLog({ database, name: 'server', clock, lifecycle, openChannel: () => undefined })
  const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 100 })], log, shared, clock })
  opened.push(cache)
  await cache.ready()
  return { clock, cache, serve: serveInvalidations(cache, { allow: () => () => true, clock, ...options }) }
}

/** Reads the events of a stream one after another. */
function readEvents(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  return {
    async next(): Promise<Record<string, unknown> | 'end'> {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const lines = text.slice(0, end).split('\n')
          text = text.slice(end + 2)
          const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
          return { id: field('id'), ...(JSON.parse(field('data') ?? '{}') as object) }
        }
        const { done, value } = await reader.read()
        if (done) return 'end'
        text += decoder.decode(value, { stream: true })
      }
    },
    cancel: () => reader.cancel(),
  }
}

const request = (init: RequestInit & { after?: string } = {}): Request =>
  new Request(`https://shop.example/invalidations${init.after === undefined ? '' : `?after=${init.after}`}`, init)

describe('serveInvalidations', () => {
  it('says where the log is, and streams what is invalidated from then on', async () => {
    const { cache, serve } = await createServer()
    const events = readEvents(await serve(request()))
    expect(await events.next()).toMatchObject({ type: 'alive', token: cache.position(), id: cache.position() })
    const token = await cache.invalidateTags(['prices'])
    const change = { type: 'invalidated', scope: { type: 'tag', tag: 'prices' }, strength: 'hard' }
    expect(await events.next()).toEqual({ ...change, token, id: token })
    await cache.expire('cart', { for: '1h' })
    expect(await events.next()).toMatchObject({ strength: 'soft', forMs: 3_600_000 })
    await cache.close()
    expect(await events.next()).toBe('end')
  })

  it.each(['header', 'address'])('goes on after the token of the %s', async (where) => {
    const { cache, serve } = await createServer()
    const first = await cache.invalidateTags(['one'])
    await cache.invalidateTags(['two'])
    const resumed = where === 'header' ? { headers: { 'last-event-id': first } } : { after: first }
    const events = readEvents(await serve(request(resumed)))
    expect(await events.next()).toMatchObject({ type: 'alive', token: first })
    expect(await events.next()).toMatchObject({ scope: { type: 'tag', tag: 'two' } })
  })

  it('reports a gap for a token of another log, and for one that it never gave', async () => {
    const { cache, serve } = await createServer()
    const other = readEvents(await serve(request({ after: 'another.7' })))
    await other.next()
    expect(await other.next()).toMatchObject({ type: 'gap', token: cache.position() })
    const made = readEvents(await serve(request({ after: '%00' })))
    expect(await made.next()).toMatchObject({ type: 'gap', token: cache.position() })
  })

  it('refuses whom `allow` refuses, and leaves out what a client may not hear', async () => {
    const asked: string[] = []
    const { cache, serve, clock } = await createServer({
      allow(request) {
        asked.push(request.headers.get('authorization') ?? '')
        return request.headers.has('authorization') && ((scope: Scope) => scope.type === 'tag' && scope.tag !== 'staff')
      },
    })
    expect((await serve(request())).status).toBe(403)
    const events = readEvents(await serve(request({ headers: { authorization: 'Ann' } })))
    expect(asked).toEqual(['', 'Ann'])
    await events.next()
    await cache.invalidateTags(['staff'])
    const hidden = await cache.delete('secret')
    const next = events.next()
    await flush()
    clock.advance(15_000)
    expect(await next).toMatchObject({ type: 'alive', token: hidden })
    await cache.clear()
    expect(await events.next()).toMatchObject({ scope: { type: 'all' } })
  })

  it.each([
    ['throws', () => () => raise()],
    ['is async', () => async () => raise()],
  ])(
    'names nothing to a client of which nobody knows what it may hear, as what `allow` returned %s',
    async (_, allow) => {
      const { cache, serve } = await createServer({ allow: allow as never })
      const faults: string[] = []
      cache.on('fault', ({ error }) => faults.push(error.code))
      const events = readEvents(await serve(request()))
      const first = await events.next()
      const token = await cache.invalidateTags(['staff'])
      expect(await events.next()).toEqual({ type: 'gap', token, id: token })
      await cache.clear()
      expect(await events.next()).toMatchObject({ scope: { type: 'all' } })
      const asked = { token: (first as { token: string }).token, keys: [], tags: ['others'] }
      const response = await serve(request({ method: 'POST', body: JSON.stringify(asked) }))
      expect(await response.json()).toMatchObject({ tags: ['others'] })
      expect(faults).toEqual(['ERR_LISTENER_THREW', 'ERR_LISTENER_THREW'])
    },
  )

  it('has room again when a client has left that read nothing', async () => {
    const { serve } = await createServer({ maxClients: 1 })
    const leaving = new AbortController()
    await serve(request({ signal: leaving.signal }))
    expect((await serve(request())).status).toBe(503)
    leaving.abort()
    expect((await serve(request({ signal: AbortSignal.abort() }))).status).toBe(200)
    expect((await serve(request())).status).toBe(200)
  })

  it('has room for so many clients, and again when one has left', async () => {
    const { serve } = await createServer({ maxClients: 1 })
    const events = readEvents(await serve(request()))
    expect((await serve(request())).status).toBe(503)
    await events.cancel()
    expect((await serve(request())).status).toBe(200)
  })

  it('counts each client once, however many leave while they wait or come at once', async () => {
    const { serve } = await createServer({ maxClients: 2 })
    for (let round = 0; round < 3; round++) {
      const all = await Promise.all(Array.from({ length: 4 }, () => serve(request())))
      expect(all.map(({ status }) => status)).toEqual([200, 200, 503, 503])
      for (const response of all.slice(0, 2)) {
        const events = readEvents(response)
        await events.next()
        void events.next()
        await flush()
        await events.cancel()
        await flush()
      }
    }
  })

  it('ends the stream of a request that is aborted', async () => {
    const { serve } = await createServer()
    const controller = new AbortController()
    const events = readEvents(await serve(request({ signal: controller.signal })))
    await events.next()
    controller.abort()
    expect(await events.next()).toBe('end')
  })

  it('says which keys and tags of a client do not hold any more', async () => {
    const { cache, serve } = await createServer({
      allow: () => (scope) => scope.type !== 'tag' || scope.tag !== 'staff',
    })
    const token = cache.position() as Token
    const check = async (body: unknown) =>
      serve(request({ method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }))
    await cache.invalidateTags(['prices'])
    await cache.delete('cart')
    const response = await check({ token, keys: ['cart', 'menu'], tags: ['prices', 'cities', 'staff'] })
    expect(await response.json()).toEqual({ token: cache.position(), keys: ['cart'], tags: ['prices', 'staff'] })
    const names = await check({ token, keys: [], tags: ['x'.repeat(2_000), 'cities'] })
    expect(await names.json()).toMatchObject({ tags: ['x'.repeat(2_000)] })
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
    expect((await serve(request({ method: 'POST', body: broken, duplex: 'half' } as RequestInit))).status).toBe(400)
    const unknown = await check({ token: 'other.1', keys: [], tags: ['cities'] })
    expect(await unknown.json()).toMatchObject({ tags: ['cities'] })
    const bad = ['{', { token, keys: 'cart', tags: [] }, { token: 'x', keys: [], tags: [] }, { keys: [], tags: [] }]
    for (const body of bad) expect((await check(body)).status).toBe(400)
    expect((await check({ token, keys: Array.from({ length: 10_001 }, String), tags: [] })).status).toBe(413)
    expect((await check('x'.repeat(1_100_000))).status).toBe(413)
  })

  it('takes GET and POST, and needs to be told who may hear what', async () => {
    const { cache, serve } = await createServer()
    expect((await serve(request({ method: 'DELETE' }))).status).toBe(405)
    expect(() => serveInvalidations(cache, {} as never)).toThrow(ConfigError)
    for (const other of [undefined, 'shop', {}])
      expect(() => serveInvalidations(other as never, { allow: () => () => true })).toThrow(ConfigError)
  })
})
