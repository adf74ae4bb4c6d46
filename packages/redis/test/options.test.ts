import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { redis } from '../src/index.ts'

const client = new Redis({ lazyConnect: true })

const PASS = "Pass `{ client: new Redis('redis://127.0.0.1') }`."

test.each<[() => unknown, string]>([
  [() => redis({ client, prefx: 'a' } as never), '`redis` has no option `prefx`. Did you mean `prefix`?'],
  [() => redis({ client, keyPrefix: 'a' } as never), 'Did you mean `prefix`?'],
  [() => redis({ client, prefix: 'a b' }), "received 'a b'"],
  [() => redis({ client, tracking: 'yes' as never }), "`tracking` must be `true` or `false`, received 'yes'"],
  [() => redis({ client, checkLife: 0 as never }), 'received 0'],
  [() => redis({ client, codec: JSON as never }), '`codec` must be a Codec, received an object'],
  [() => redis({ client: 'redis://u:SECRET@h' as never }), '`client` must be an ioredis client, received a string'],
  [() => redis('redis://u:SECRET@h' as never), PASS],
  [
    () => redis({ client: { sendCommand() {}, duplicate() {}, connect() {} } as never }),
    '`client` must be an ioredis client, received one of node-redis, or the like. Use for example',
  ],
  [() => redis(client as never), PASS],
  [() => redis({ host: '127.0.0.1' } as never), PASS],
  [() => redis(Promise.resolve({ client }) as never), 'received a Promise. `await` it first.'],
  [() => redis({ client: Promise.resolve(client) as never }), 'received a Promise. `await` it first.'],
  [() => (redis as () => unknown)(), 'received undefined'],
])('%s is refused', (make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(message) }))
  expect(make).not.toThrow('SECRET')
})
