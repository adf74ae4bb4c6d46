/** A server in a thread of its own, so that the loop that is measured does nothing but ask. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort } from 'node:worker_threads'

const SMALL = JSON.stringify({ id: 42, name: 'Ulm', country: 'DE', text: 'x'.repeat(200) })
const LARGE = JSON.stringify({ id: 42, text: 'x'.repeat(64 * 1_024) })

const server = createServer(({ url = '', headers }, response) => {
  const isLarge = url.startsWith('/large')
  if (isLarge && headers['if-none-match'] === '"1"') {
    response.writeHead(304, { etag: '"1"', 'cache-control': 'no-cache' }).end()
    return
  }
  const body = isLarge ? LARGE : SMALL
  const validator = isLarge ? { etag: '"1"', 'cache-control': 'no-cache' } : {}
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length, ...validator }).end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port))
