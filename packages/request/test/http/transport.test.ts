import { expect, it } from 'vitest'
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
