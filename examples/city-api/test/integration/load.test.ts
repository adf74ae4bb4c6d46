import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoadOptions, playLoad } from '../../src/load.ts'
import { type RunningServer, startServer } from '../../src/server.ts'
import { RequestError } from '../../src/request-error.ts'

const city = { id: 1, name: 'Here', country: 'XX', region: '01', population: 1, lat: 0, lon: 0 }
const running = new AbortController().signal

let server: RunningServer
let load: LoadOptions
const asked: string[] = []
beforeAll(async () => {
  const answer = async (request: { readonly url?: string | undefined }): Promise<{ readonly json: unknown }> => {
    asked.push(request.url ?? '')
    if (request.url?.startsWith('/half/cities')) throw new RequestError(404, 'gone')
    // Longer than one chunk, so that an answer arrives in pieces.
    return { json: 'é'.repeat(100_000) }
  }
  server = await startServer({ port: 0, answer, onError: () => {} })
  load = {
    url: `http://127.0.0.1:${server.port}/half`,
    durationMs: 100,
    connections: 3,
    traffic: { seed: 1, cities: [city] },
  }
})
afterAll(() => server.close())

describe('playLoad', () => {
  it('counts and times every answer, and those that failed', async () => {
    const result = await playLoad(load, running)
    expect(result.requests).toBe(asked.length)
    expect(result.requests).toBeGreaterThanOrEqual(load.connections)
    expect(result.failures).toBe(asked.filter((url) => url.startsWith('/half/cities')).length)
    expect(result.p50Ms).toBeGreaterThan(0)
    expect(result.p95Ms).toBeGreaterThanOrEqual(result.p50Ms)
    expect(result.p99Ms).toBeGreaterThanOrEqual(result.p95Ms)
  })

  it('ends at once when it is stopped', async () => {
    const stop = new AbortController()
    const result = playLoad({ ...load, durationMs: 60_000 }, stop.signal)
    stop.abort()
    await expect(result).rejects.toThrow('aborted')
  })

  it('rejects if nobody answers', async () => {
    const gone = await startServer({ port: 0, answer: async () => ({ json: 1 }), onError: () => {} })
    await gone.close()
    await expect(playLoad({ ...load, url: `http://127.0.0.1:${gone.port}` }, running)).rejects.toThrow('ECONNREFUSED')
  })
})
