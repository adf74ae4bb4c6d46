/** The client in other runtimes than Node, as their packages on npm bring them. */
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { run } from '../../run-node.ts'
import { type Handler, json, startOrigin } from './origin.ts'

/** Where Bun's program is: its package brings it for each platform by an optional dependency. */
function findBun(): string | undefined {
  try {
    const bun = createRequire(import.meta.url).resolve('bun-runtime/package.json')
    const { platform, arch } = process
    const name = `@oven/bun-${platform === 'win32' ? 'windows' : platform}-${arch === 'arm64' ? 'aarch64' : arch}`
    const program = join(dirname(createRequire(bun).resolve(`${name}/package.json`)), 'bin', 'bun')
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}

const handle: Handler = ({ url, headers, body }, response) => {
  if (url.startsWith('/json')) return json(response, { url, body }, { 'cache-control': 'max-age=60' })
  if (url === '/echo') return json(response, { url, body })
  if (url === '/count') return setTimeout(() => json(response, Math.random()), 20)
  if (url === '/404') return response.writeHead(404).end()
  if (url === '/hang') return undefined
  if (url === '/etag' && headers['if-none-match'] === '"1"') return response.writeHead(304, { etag: '"1"' }).end()
  if (url === '/etag') return json(response, 1, { etag: '"1"' })
  response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
  return response.end(gzipSync('long '.repeat(1_000)))
}

const bun = findBun()

it('The client works in Bun, whose own undici sends nothing', { timeout: 60_000 }, async ({ skip }) => {
  if (bun === undefined) return skip('Bun has no package for this platform.')
  await using other = await startOrigin(({ headers }, response) => json(response, headers))
  await using origin = await startOrigin((request, response) => {
    if (request.url === '/redirect') return response.writeHead(302, { location: `${other.url}/landed` }).end()
    return handle(request, response)
  })
  const program = 'test/integration/http/runtimes/client.ts'
  const args = ['--conditions=@hotpath/source', program, origin.url, other.url]
  expect(await run(bun, args)).toEqual({ code: 0, output: 'END\n' })
})
