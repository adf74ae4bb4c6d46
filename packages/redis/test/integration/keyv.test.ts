import { createCache, memory } from '@hotpath/core'
import { keyvSuite } from '@hotpath/keyv-suite'
import { afterAll, beforeAll, describe } from 'vitest'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

for (const hasMemory of [true, false]) {
  describe(`keyv's suite, ${hasMemory ? 'on memory and Redis' : 'on Redis alone'}`, () => {
    keyvSuite(() => {
      const client = server.connect()
      const tiers = [...(hasMemory ? [memory({ maxEntries: 1_000 })] : []), redis({ client })]
      return { cache: createCache({ name: 'keyv', tiers }), close: () => client.disconnect() }
    })
  })
}
