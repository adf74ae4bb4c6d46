import { anything, assert, property } from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createEncryption } from '../src/encryption/index.ts'
import { fromBytes, toBytes } from '../src/encryption/frame.ts'

const newKey = () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])

describe('a value as bytes', () => {
  it.each([
    [undefined],
    [{ a: undefined, b: [undefined, null] }],
    [[0, -0, Number.NaN, Number.POSITIVE_INFINITY, 10n ** 30n]],
    [new Date(1_000)],
    [new Date(Number.NaN)],
    [/a\/b/giu],
    [new Map<unknown, unknown>([[{ k: 1 }, new Set([1, 'a'])]])],
    [new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
    [{ one: new Float64Array([1.5, -0]), two: new Uint8Array([7]).buffer, three: new BigInt64Array([-5n]) }],
    [{ $: ['map', []] }],
    [{ $: 1, other: { $: undefined } }],
    [JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": 1}')],
    ['\ud800 </script> \u2028'],
  ])('comes back as it was: %o', (value) => {
    const restored = fromBytes(toBytes(value))
    expect(restored).toEqual(value)
    expect(Object.getPrototypeOf(Object(restored))).toBe(Object.getPrototypeOf(Object(value)))
  })

  it('comes back as it was, whatever it is', () => {
    const values = anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true })
    assert(
      property(values, (value) => {
        expect(fromBytes(toBytes(value))).toEqual(value)
      }),
      { numRuns: 300 },
    )
  })

  it('is refused where it is no data', () => {
    class Person {
      readonly name = 'Ann'
    }
    for (const value of [() => 1, Symbol('s'), new Person(), { deep: [new WeakMap()] }])
      expect(() => toBytes(value)).toThrow(expect.objectContaining({ code: 'ERR_CODEC_VALUE' }))
  })
})

describe('createEncryption', () => {
  it('binds each value to its key in the cache, and shows nothing of it', async () => {
    const encryption = createEncryption({ key: await newKey() })
    const stored = (await encryption.encrypt({ secret: 'needle' }, 'user:1')) as { bytes: ArrayBuffer }
    expect(structuredClone(stored)).toEqual(stored)
    expect(new TextDecoder().decode(stored.bytes)).not.toContain('needle')
    expect(await encryption.decrypt(stored, 'user:1')).toEqual({ secret: 'needle' })
    await expect(encryption.decrypt(stored, 'user:2')).rejects.toMatchObject({ code: 'ERR_CODEC_KEY' })
  })

  it('never encrypts alike, and does not read what another key encrypted, or what was changed', async () => {
    const [one, other] = [createEncryption({ key: await newKey() }), createEncryption({ key: await newKey() })]
    const stored = (await one.encrypt('value', 'k')) as { iv: Uint8Array; bytes: ArrayBuffer }
    expect(await one.encrypt('value', 'k')).not.toEqual(stored)
    const changed = { ...stored, bytes: stored.bytes.slice(0, -1) }
    for (const [encryption, found] of [
      [other, stored],
      [one, changed],
      [one, 'value'],
      [one, null],
      [one, { iv: 1, bytes: 2 }],
    ] as const)
      await expect(encryption.decrypt(found, 'k')).rejects.toMatchObject({ code: 'ERR_CODEC_KEY' })
  })

  it('needs a key that can do both, and never shows what it was given', async () => {
    const gcm = { name: 'AES-GCM', length: 256 }
    const keys = [
      'secret',
      new Uint8Array(32),
      null,
      {},
      await crypto.subtle.generateKey(gcm, false, ['encrypt']),
      await crypto.subtle.generateKey({ name: 'AES-CBC', length: 256 }, false, ['encrypt', 'decrypt']),
    ]
    for (const key of keys) {
      expect(() => createEncryption({ key: key as never })).toThrow(
        expect.objectContaining({
          code: 'ERR_CONFIG_OPTION',
          message: expect.not.stringContaining('secret') as string,
        }),
      )
    }
  })

  it('says so where there is nothing to encrypt with', async () => {
    const encryption = createEncryption({ key: await newKey() })
    const stored = await encryption.encrypt(1, 'k')
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    const calls = [encryption.encrypt(1, 'k'), encryption.decrypt(stored, 'k')]
    vi.unstubAllGlobals()
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'ERR_CODEC_KEY' })
  })

  it('needs a name or a key', () => {
    expect(() => createEncryption({})).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
    expect(() => createEncryption({ name: '' })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
  })
})
