import { randomBytes } from 'node:crypto'
import { type Codec, isHotpathError } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import { type CompressionMethod, compressed, encrypted, msgpack } from '../src/index.ts'

const context = { key: 'cache:k' }
const rows = Array.from({ length: 200 }, (_, id) => ({ id, name: `name ${id}`, text: 'again and again' }))

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call()
    return undefined
  } catch (error) {
    return error
  }
}

describe('compression', () => {
  for (const method of ['zstd', 'brotli', 'gzip'] as const) {
    test(`${method} makes values smaller, and every codec reads what another method made`, async () => {
      const codec = compressed(msgpack(), { method })
      const [plain, packed] = [await msgpack().encode(rows, context), await codec.encode(rows, context)]
      expect(packed.length).toBeLessThan(plain.length / 3)
      for (const other of ['zstd', 'brotli', 'gzip'] as const) {
        expect(await compressed(msgpack(), { method: other }).decode(packed, context)).toEqual(rows)
      }
    })
  }

  test('large values go to a thread, and come back', async () => {
    const codec = compressed(msgpack())
    const large = Array.from({ length: 20_000 }, (_, id) => ({ id, text: `text ${id}` }))
    const packed = codec.encode(large, context)
    expect(packed).toBeInstanceOf(Promise)
    expect(await codec.decode(await packed, context)).toEqual(large)
  })

  test('what is small, or would grow, stays as it is', async () => {
    const codec = compressed(msgpack())
    const noise = randomBytes(4_000)
    expect(await codec.encode('small', context)).toEqual(await msgpack().encode('small', context))
    expect(await codec.encode(noise, context)).toEqual(await msgpack().encode(noise, context))
    // A Buffer comes back as what every platform has.
    expect(await codec.decode(await codec.encode(noise, context), context)).toEqual(new Uint8Array(noise))
  })

  test('what begins as something compressed would is marked as it is', async () => {
    const bytes: Codec = { type: 'bytes', encode: (value) => value as Uint8Array, decode: (payload) => payload }
    const codec = compressed(bytes)
    for (let first = 0; first < 256; first++) {
      const payload = new Uint8Array([first, 7])
      expect(await codec.decode(new Uint8Array(await codec.encode(payload, context)), context)).toEqual(payload)
    }
    // As it was written before there were payloads without a mark.
    expect(await codec.decode(new Uint8Array([0, 0xc1, 7]), context)).toEqual(new Uint8Array([0xc1, 7]))
    expect(isHotpathError(await errorOf(() => codec.decode(new Uint8Array([9, 7]), context)), 'ERR_CODEC_FRAME')).toBe(
      true,
    )
  })

  test('a bomb is refused', async () => {
    const bomb = await compressed(msgpack()).encode('x'.repeat(10_000_000), context)
    const careful = compressed(msgpack(), { maxBytes: '1mb' })
    expect(isHotpathError(await errorOf(() => careful.decode(bomb, context)), 'ERR_CODEC_FRAME')).toBe(true)
  })

  test('a little that grows to a lot grows in a thread, and what is too large goes neither in nor out', async () => {
    const codec = compressed(msgpack())
    const long = 'x'.repeat(5_000_000)
    const packed = new Uint8Array(await codec.encode(long, context))
    expect(packed.length).toBeLessThan(16 * 1024)
    const unpacked = codec.decode(packed, context)
    expect(unpacked).toBeInstanceOf(Promise)
    expect(await unpacked).toBe(long)
    const small = compressed(msgpack(), { maxBytes: '1mb' })
    expect(isHotpathError(await errorOf(() => small.encode(long, context)), 'ERR_CODEC_VALUE')).toBe(true)
    const noise = randomBytes(2_000_000)
    expect(isHotpathError(await errorOf(() => small.encode(noise, context)), 'ERR_CODEC_VALUE')).toBe(true)
    const stored = new Uint8Array(await codec.encode(noise, context))
    expect(isHotpathError(await errorOf(() => small.decode(stored, context)), 'ERR_CODEC_FRAME')).toBe(true)
  })

  test('brotli is the default, as every Node that this runs on can read it', async () => {
    expect((await compressed(msgpack()).encode(rows, context))[0]).toBe(2)
  })

  test('an unknown method is refused', async () => {
    const error = await errorOf(() => compressed(msgpack(), { method: 'lzma' as CompressionMethod }))
    expect(isHotpathError(error, 'ERR_CONFIG_OPTION')).toBe(true)
    for (const bytes of [new Uint8Array(), new Uint8Array([99, 1])]) {
      expect(isHotpathError(await errorOf(() => compressed(msgpack()).decode(bytes, context)), 'ERR_CODEC_FRAME')).toBe(
        true,
      )
    }
  })
})

describe('P15: encryption', () => {
  const [old, current] = [randomBytes(32), randomBytes(32)]
  const header = new Uint8Array([1, 2, 3])
  const codec = encrypted(compressed(msgpack()), { keys: { old, current }, currentKeyId: 'current' })

  test('values come back, and no two encryptions are alike', async () => {
    const [one, two] = [await codec.encode(rows, context), await codec.encode(rows, context)]
    expect(Buffer.compare(one, two)).not.toBe(0)
    expect(await codec.decode(one, context)).toEqual(rows)
    expect(Buffer.from(one).includes('again')).toBe(false)
  })

  test('P15: bytes are bound to the cache key and to the header', async () => {
    const bytes = await codec.encode('secret', { key: 'user:1', header })
    expect(await codec.decode(bytes, { key: 'user:1', header })).toBe('secret')
    for (const other of [
      { key: 'user:2', header },
      { key: 'user:1', header: new Uint8Array([1, 2, 4]) },
      { key: 'user:1' },
    ]) {
      expect(isHotpathError(await errorOf(() => codec.decode(bytes, other)), 'ERR_CODEC_KEY')).toBe(true)
    }
  })

  test('P15: keys rotate: retired ones still read, unknown and wrong ones do not', async () => {
    const before = encrypted(msgpack(), { keys: { old }, currentKeyId: 'old' })
    const bytes = await before.encode('secret', context)
    const after = encrypted(msgpack(), { keys: { old, current }, currentKeyId: 'current' })
    expect(await after.decode(bytes, context)).toBe('secret')
    const readers: Codec[] = [
      encrypted(msgpack(), { keys: { current }, currentKeyId: 'current' }),
      encrypted(msgpack(), { keys: { old: current, current }, currentKeyId: 'current' }),
    ]
    for (const reader of readers) {
      const error = await errorOf(() => reader.decode(bytes, context))
      expect(isHotpathError(error, 'ERR_CODEC_KEY')).toBe(true)
      expect(String(error)).not.toContain(old.toString('hex'))
      expect(JSON.stringify((error as { context: object }).context)).toBe('{"keyId":"old"}')
    }
  })

  test('the id of a key comes from the store, and is shortened where it is shown', async () => {
    const id = `long-${'x'.repeat(100_000)}`
    const bytes = await encrypted(msgpack(), { keys: { [id]: old }, currentKeyId: id }).encode('secret', context)
    const error = await errorOf(() =>
      encrypted(msgpack(), { keys: { old }, currentKeyId: 'old' }).decode(bytes, context),
    )
    expect(isHotpathError(error, 'ERR_CODEC_KEY')).toBe(true)
    expect((error as Error).message.length + JSON.stringify(error).length).toBeLessThan(1_000)
  })

  test('keys may come from a service', async () => {
    const asked: string[] = []
    const keys = async (id: string): Promise<Uint8Array | undefined> => {
      asked.push(id)
      return id === 'current' ? current : undefined
    }
    const remote = encrypted(msgpack(), { keys, currentKeyId: 'current' })
    expect(await remote.decode(await remote.encode(5, context), context)).toBe(5)
    expect(asked).toEqual(['current', 'current'])
  })

  test('a key that is missing or too short is refused at creation', async () => {
    for (const keys of [{}, { k: new Uint8Array(16) }]) {
      const error = await errorOf(() => encrypted(msgpack(), { keys, currentKeyId: 'k' }))
      expect(isHotpathError(error, 'ERR_CONFIG_OPTION')).toBe(true)
    }
  })
})
