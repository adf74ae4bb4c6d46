import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { compressed, encrypted, msgpack } from '../src/index.ts'

const keys = { a: randomBytes(32) }

test.each<[string, () => unknown, string]>([
  ['msgpack', () => (msgpack as (options: object) => unknown)({ x: 1 }), '`msgpack` has no option `x`. It takes none.'],
  ['encrypted', () => encrypted(msgpack(), {} as never), "received undefined. Use for example '2027-01'."],
  ['compressed', () => compressed(msgpack(), { minbytes: 5 } as never), 'Did you mean `minBytes`?'],
  ['compressed', () => compressed(msgpack(), 'gzip' as never), "must be an object, received 'gzip'"],
  ['compressed', () => compressed(msgpack(), { method: 'zip' as never }), "received 'zip'"],
  ['compressed', () => compressed(msgpack as never), '`inner` must be a Codec, received a function'],
  ['compressed', () => (compressed as () => unknown)(), '`inner` must be a Codec, received undefined'],
  ['encrypted', () => encrypted(msgpack(), { keys, currentKeyID: 'a' } as never), 'Did you mean `currentKeyId`?'],
  ['encrypted', () => encrypted(msgpack(), { keys } as never), '`currentKeyId` must be a string'],
  ['encrypted', () => encrypted(msgpack(), { currentKeyId: 'a' } as never), '`keys` must be an object or a function'],
  [
    'encrypted',
    () => encrypted(msgpack(), randomBytes(32) as never),
    'Pass `{ keys: { [id]: crypto.randomBytes(32) }, currentKeyId: id }`.',
  ],
  [
    'encrypted',
    () => encrypted(msgpack(), { keys: { a: 'k'.repeat(32) as never }, currentKeyId: 'a' }),
    '`keys.a` must be 32 bytes, received a string. Make one with `crypto.randomBytes(32)`.',
  ],
  [
    'encrypted',
    () => encrypted(msgpack(), { keys: { a: randomBytes(32).toString('hex') as never }, currentKeyId: 'a' }),
    "received a string. Use `Buffer.from(key, 'hex')`.",
  ],
  [
    'encrypted',
    () => encrypted(msgpack(), { keys: { a: randomBytes(32).toString('base64') as never }, currentKeyId: 'a' }),
    "received a string. Use `Buffer.from(key, 'base64')`.",
  ],
  [
    'encrypted',
    () => encrypted(msgpack(), { keys: { a: randomBytes(32).toString('base64url') as never }, currentKeyId: 'a' }),
    "received a string. Use `Buffer.from(key, 'base64')`.",
  ],
  [
    'encrypted',
    () => encrypted(msgpack(), { keys: { ...keys, old: randomBytes(16) }, currentKeyId: 'a' }),
    '`keys.old` must be 32 bytes, received 16 bytes.',
  ],
  ['encrypted', () => (encrypted as (codec: unknown) => unknown)(msgpack()), 'must be an object, received undefined'],
])('%s refuses a wrong option', (_, make, message) => {
  expect(make).not.toThrow('kkkk')
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(message) }))
})

test('a string is no key, wherever it comes from', async () => {
  const asked = encrypted(msgpack(), { keys: () => 'k'.repeat(32) as never, currentKeyId: 'a' })
  await expect(asked.encode(1, { key: 'k' })).rejects.toMatchObject({
    code: 'ERR_CODEC_KEY',
    message: expect.stringContaining('`a` is a string, not 32 bytes. Make one with `crypto.randomBytes(32)`.'),
  })
})
