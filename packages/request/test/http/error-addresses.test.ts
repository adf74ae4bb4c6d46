import { createFakeClock, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type HttpClient, type HttpClientOptions, createHttpClient } from '../../src/http/index.ts'

const HANGING: HttpClientOptions['transport'] = { send: () => new Promise(() => {}) }
const SECRET = { q: 'SECRET' }

function clientOf(options: HttpClientOptions): {
  readonly api: HttpClient
  readonly clock: ReturnType<typeof createFakeClock>
} {
  const clock = createFakeClock()
  return { api: createHttpClient({ baseUrl: 'https://a.test', clock, ...options }), clock }
}

async function messageOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'resolved',
    (error: unknown) => (error as Error).message,
  )
}

describe('errors of the HTTP client name the method and the address, without what may be secret', () => {
  test.each<[string, HttpClientOptions, object, string]>([
    ['the limit of the client', { timeout: '2s' }, {}, '2s'],
    ['the limit of one request', {}, { timeout: '2s' }, '2s'],
    ['the limit of an attempt', { timeout: { attempt: '1s' }, retry: false }, {}, '1s'],
    ['the limit of the last attempt', { timeout: { attempt: '1s' }, retry: { attempts: 2, delay: 0 } }, {}, '1s'],
  ])('%s', async (_, options, said, limit) => {
    const { api, clock } = clientOf({ ...options, transport: HANGING })
    const answer = messageOf(api.get('/users', { query: SECRET, ...said }))
    for (let second = 0; second < 5; second++) {
      await flush()
      clock.advance(1_000)
    }
    await flush()
    expect(await answer).toBe(
      `\`GET https://a.test/users\` took longer than ${limit}. Raise its \`timeout\`, or look at what the server does.`,
    )
  })

  test('no response, the last attempt included', async () => {
    const transport = { send: () => Promise.reject(new Error('socket closed')) }
    const { api } = clientOf({ transport, retry: { attempts: 2, delay: 0 } })
    expect(await messageOf(api.get('/users', { query: SECRET }))).toMatch(
      /^`GET https:\/\/a\.test\/users` got no response/,
    )
  })

  test('a client that is closed', async () => {
    const { api } = clientOf({ transport: HANGING })
    await api.close()
    const message = await messageOf(api.get('https://u:SECRET@a.test/users?q=SECRET'))
    expect(message).toContain("The client is closed, so GET 'https://a.test/users' was not sent.")
  })
})
