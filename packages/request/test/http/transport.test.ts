import { flush } from '@hotpath/testkit'
import { expect, it } from 'vitest'
import { createRequestEvents } from '../../src/index.ts'
import { createHttpClient, type TransportRequest } from '../../src/http/index.ts'

it('hands a transport of the user a URL and a signal, whatever the client makes do with', async () => {
  const seen: TransportRequest[] = []
  const api = createHttpClient({
    baseUrl: 'https://api.test/v1',
    transport: {
      async send(request) {
        seen.push(request)
        return { status: 200, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode('1') }
      },
    },
  })
  expect([await api.get('/a?b=1'), await api.get('/ü')]).toEqual([1, 1])
  expect(seen.map(({ url }) => url instanceof URL && url.href)).toEqual([
    'https://api.test/v1/a?b=1',
    'https://api.test/v1/%C3%BC',
  ])
  expect(seen[0]?.signal).toBeInstanceOf(AbortSignal)
})

it('an attempt that its caller has given up fails with his reason, not with what the transport makes of it', async () => {
  const told: unknown[] = []
  const events = createRequestEvents()
  events.on('attempt-failed', ({ error }) => told.push(error))
  const api = createHttpClient({
    baseUrl: 'https://api.test',
    events,
    transport: {
      send: ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('socket closed')))
        }),
    },
  })
  const controller = new AbortController()
  const call = api.get('/a', { signal: controller.signal })
  const reason = new Error('left')
  controller.abort(reason)
  await expect(call).rejects.toBe(reason)
  await flush()
  expect(told).toEqual([reason])
})
