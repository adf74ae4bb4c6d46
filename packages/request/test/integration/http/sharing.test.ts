import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { compose, createRequestEvents, timeout } from '../../../src/index.ts'
import { setUp } from './client.ts'
import { json, until } from './origin.ts'

/** A server whose answers wait until the test gives them. */
function holding(): {
  readonly held: ServerResponse[]
  readonly handle: (request: unknown, response: ServerResponse) => void
} {
  const held: ServerResponse[] = []
  return { held, handle: (_, response) => void held.push(response) }
}

describe('a response that fails', () => {
  it('is told to those alone who sent the same headers, with the header that came with it', async () => {
    await using test = await setUp(({ headers }, response) => {
      if (headers.authorization !== 'Ann') return json(response, headers.authorization)
      response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'session=Ann' })
      setTimeout(() => response.end('{'), 20)
    })
    const me = (name: string): Promise<unknown> =>
      test.api.get('/me', { headers: { authorization: name } }).catch((error: unknown) => error)
    const [ann, bob, again] = await Promise.all([me('Ann'), me('Bob'), me('Ann')])
    expect(ann).toMatchObject({ code: 'ERR_HTTP_BODY', headers: { 'set-cookie': 'session=Ann' } })
    expect(again).toBe(ann)
    expect(bob).toBe('Bob')
  })
})

describe.each([true, false])('equal GET requests (cache: %s)', (cache) => {
  it('share one while it is on its way, and no longer', async () => {
    const { held, handle } = holding()
    await using test = await setUp(handle)
    const all = Array.from({ length: 5 }, () => test.api.get('/a', { cache }))
    await until(() => held.length === 1)
    json(held[0] as ServerResponse, 1)
    expect(await Promise.all(all)).toEqual([1, 1, 1, 1, 1])
    const next = test.api.get('/a', { cache })
    await until(() => held.length === 2)
    json(held[1] as ServerResponse, 2)
    expect(await next).toBe(2)
  })

  it('share a failure', async () => {
    const { held, handle } = holding()
    await using test = await setUp(handle)
    const all = Array.from({ length: 3 }, () => test.api.get('/a', { cache }))
    await until(() => held.length === 1)
    held[0]?.socket?.destroy()
    for (const result of await Promise.allSettled(all)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_HTTP_NETWORK' } })
    }
    expect(test.origin.requests).toHaveLength(1)
  })

  it('are left by one caller without harm to the others, and end with the last', async () => {
    const { held, handle } = holding()
    await using test = await setUp(handle)
    const [first, second] = [new AbortController(), new AbortController()]
    const one = test.api.get('/a', { signal: first.signal, cache })
    const other = test.api.get('/a', { signal: second.signal, cache })
    await until(() => held.length === 1)
    first.abort(new Error('left'))
    await expect(one).rejects.toThrow('left')
    let isClosed = false
    held[0]?.on('close', () => (isClosed = true))
    expect(isClosed).toBe(false)
    second.abort(new Error('left too'))
    await expect(other).rejects.toThrow('left too')
    await until(() => isClosed)
  })

  it('do not share with those that say something else', async () => {
    const { held, handle } = holding()
    await using test = await setUp(handle)
    const all = [
      test.api.get('/a', { cache, headers: { authorization: '1' } }),
      test.api.get('/a', { cache, headers: { authorization: '2' } }),
    ]
    // With a cache the second finds out when the first has its answer.
    await until(() => held.length >= 1)
    json(held[0] as ServerResponse, 1)
    await until(() => held.length === 2)
    json(held[1] as ServerResponse, 2)
    expect(await Promise.all(all)).toEqual([1, 2])
  })

  it('do not wait for one that was sent before a write', async () => {
    const { held, handle } = holding()
    await using test = await setUp(handle)
    const before = test.api.get('/a', { cache })
    await until(() => held.length === 1)
    const write = test.api.put('/a', { body: 2 })
    await until(() => held.length === 2)
    json(held[1] as ServerResponse, 'written')
    await write
    const after = test.api.get('/a', { cache })
    await until(() => held.length === 3)
    json(held[2] as ServerResponse, 'new')
    expect(await after).toBe('new')
    json(held[0] as ServerResponse, 'old')
    expect(await before).toBe('old')
  })
})

describe('a signal', () => {
  it('that is aborted already sends nothing', async () => {
    await using test = await setUp((_, response) => json(response, 1))
    const signal = AbortSignal.abort(new Error('never'))
    for (const cache of [true, false]) await expect(test.api.get('/a', { signal, cache })).rejects.toThrow('never')
    await expect(test.api.post('/a', { signal, body: {} })).rejects.toThrow('never')
    expect(test.origin.requests).toHaveLength(0)
  })

  it('comes from the policy around the call, too', async () => {
    const { held, handle } = holding()
    await using test = await setUp(handle)
    const read = compose(() => test.api.get('/a'), timeout('1s', { clock: test.clock }))
    const result = expect(read()).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })
    await until(() => held.length === 1)
    let isClosed = false
    held[0]?.on('close', () => (isClosed = true))
    await new Promise((resolve) => setImmediate(resolve))
    test.clock.advance(1_000)
    await result
    await until(() => isClosed)
  })
})

describe('connections', () => {
  it('are kept, and no more than asked for', async () => {
    await using test = await setUp((_, response) => setTimeout(() => json(response, 1), 5), { connections: 3 })
    for (let times = 0; times < 3; times++) {
      await Promise.all(Array.from({ length: 10 }, (_, id) => test.api.get(`/${id}`)))
    }
    expect(test.origin.requests).toHaveLength(30)
    expect(test.origin.connections).toBeLessThanOrEqual(3)
  })

  it('are not waited for by who has left', async () => {
    const { held, handle } = holding()
    await using test = await setUp(handle, { connections: 1 })
    const first = test.api.get('/first')
    await until(() => held.length === 1)
    const controller = new AbortController()
    const left = expect(test.api.get('/left', { signal: controller.signal })).rejects.toThrow('left')
    const last = test.api.get('/last')
    controller.abort(new Error('left'))
    await left
    json(held[0] as ServerResponse, 1)
    await first
    await until(() => held.length === 2)
    json(held[1] as ServerResponse, 2)
    expect(await last).toBe(2)
    expect(test.origin.requests.map(({ url }) => url)).toEqual(['/first', '/last'])
  })

  it('are let go of by close, after which nothing is sent', async () => {
    await using test = await setUp((_, response) => json(response, 1))
    await test.api.get('/a')
    await test.api.close()
    await test.api.close()
    await expect(test.api.get('/b')).rejects.toMatchObject({ code: 'ERR_HTTP_NETWORK' })
    expect(test.origin.requests).toHaveLength(1)
  })
})

describe('events', () => {
  it('tell of attempts, retries and shared requests', async () => {
    const events = createRequestEvents()
    const seen: string[] = []
    for (const type of ['attempt-failed', 'retry', 'dedupe'] as const)
      events.on(type, ({ name }) => seen.push(`${type} ${name}`))
    let times = 0
    await using test = await setUp(
      (_, response) => {
        response.statusCode = ++times === 1 ? 503 : 200
        json(response, times)
      },
      { events, retry: { delay: 0 } },
    )
    expect(await Promise.all([1, 2].map(() => test.api.get('/a', { cache: false })))).toEqual([2, 2])
    expect(seen).toEqual(['dedupe request', 'attempt-failed request', 'retry request'])
  })
})
