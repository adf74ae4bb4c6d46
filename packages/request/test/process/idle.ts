/** A program with every policy idle: what nobody waits for must not keep it alive, however long its timers are. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttpClient } from '../../src/http/index.ts'
import { batch, circuitBreaker, hedge, memoize, retry, throttle, timeout } from '../../src/index.ts'

const hang = (): Promise<never> => new Promise(() => {})

/** Begins a call and leaves it again. */
async function leave(begin: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const controller = new AbortController()
  const call = begin(controller.signal)
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort(new Error('left'))
  await call.catch(() => {})
}

async function main(): Promise<void> {
  await timeout(async () => 1, '1h')()
  await leave((signal) => timeout(hang, '1h').with({ signal })())
  await leave((signal) =>
    retry(() => Promise.reject(new Error('busy')), { delay: '1h', maxDelay: '1h' }).with({ signal })(),
  )
  await hedge(async () => 1, { after: '1h' })()
  await leave((signal) => hedge(hang, { after: '1h' }).with({ signal })())
  const send = throttle(async () => 1, { limit: 1, interval: '1h' })
  await send()
  await leave((signal) => send.with({ signal })())
  await circuitBreaker(async () => 1, { pause: '1h' })()
  await memoize(async () => 1, { maxEntries: 1, ttl: '1h' })()
  const keys = batch(async (all: readonly number[]) => all, { window: '1h', timeout: '1h' })
  await leave((signal) => keys.load(1, { signal }))
  const again = batch(async () => [new Error('busy')], { retry: { attempts: 2, delay: '1h', maxDelay: '1h' } })
  await leave((signal) => again.load(1, { signal }))

  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // Never closed, and its connection is kept.
  await createHttpClient({ baseUrl: `http://127.0.0.1:${port}`, timeout: '1h' }).get('/')
  server.close()
  server.closeAllConnections()
  console.log('END')
}

void main()
