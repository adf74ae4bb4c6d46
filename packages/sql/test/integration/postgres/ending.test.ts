import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createCache } from '@hotpath/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { postgres } from '../../../src/index.ts'
import { type PostgresServer, startPostgres } from './server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.stop())

test('a pool that is told to end before the cache is closed ends, and so does the cache', async () => {
  const pool = server.connect()
  await postgres({ pool }).migrate()
  const cache = createCache({ name: 'early', tiers: [postgres({ pool })] })
  cache.on('fault', () => {})
  await cache.set('k', 1)
  expect(await cache.get('k')).toBe(1)
  await pool.end()
  await cache.close()
  expect(pool.totalCount).toBe(0)
}, 20_000)

const program = join(import.meta.dirname, '../../process/ending.ts')

test.each<['nothing' | 'pool.end()' | 'cache.close()']>([['nothing'], ['pool.end()'], ['cache.close()']])(
  'a process whose last act is %s ends by itself, and not before that is done',
  async (act) => {
    const run = promisify(execFile)
    const args = ['--conditions=@hotpath/source', program, String(server.port), act]
    // Shorter than pg keeps a connection that nobody uses.
    const { stdout, stderr } = await run(process.execPath, args, { timeout: 9_000 })
    expect({ stdout, stderr }).toEqual({ stdout: `done: ${act}\n`, stderr: '' })
  },
  20_000,
)
