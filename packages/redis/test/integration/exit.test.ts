import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from './server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

test.each([false, true])(
  'an open cache whose client has ended lets the process end, tracking: %s',
  async (tracking) => {
    const program = `
    import { createCache, memory } from '@hotpath/core'
    import { redis } from '@hotpath/redis'
    import { Redis } from 'ioredis'
    const client = new Redis(${server.port}, '127.0.0.1')
    const cache = createCache({ name: 'job', tiers: [memory({ maxEntries: 9 }), redis({ client, tracking: ${String(tracking)} })] })
    await cache.set('k', 42)
    console.log(await cache.get('k'))
    client.disconnect()`
    const node = ['--conditions=@hotpath/source', '--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: import.meta.dirname, timeout: 20_000 })
    expect(stdout.trim()).toBe('42')
  },
  30_000,
)
