import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { redis } from '../src/index.ts'

const client = new Redis({ lazyConnect: true })

test.each<[() => unknown, string]>([
  [() => redis({ client, prefx: 'a' } as never), '`redis` has no option `prefx`. Did you mean `prefix`?'],
  [() => redis({ client, keyPrefix: 'a' } as never), 'Did you mean `prefix`?'],
  [() => redis({ client, prefix: 'a b' }), "received 'a b'"],
  [() => redis({ client, tracking: 'yes' as never }), "`tracking` must be `true` or `false`, received 'yes'"],
  [() => redis({ client, checkLife: 0 as never }), 'received 0'],
  [() => redis({ client, codec: JSON as never }), '`codec` must be a Codec, received an object'],
  [() => redis({ client: 'redis://u:SECRET@h' as never }), '`client` must be a Redis client, received a string'],
  [() => redis('redis://u:SECRET@h' as never), '`options of redis` must be an object'],
  [() => (redis as () => unknown)(), 'received undefined'],
])('%s is refused', (make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(message) }))
  expect(make).not.toThrow('SECRET')
})
