import { describe, expect, it } from 'vitest'
import { restore, toClonable } from '../src/store/clonable.ts'

function throughClone(value: unknown): unknown {
  const { value: stored, isWrapped } = toClonable(value)
  const read = structuredClone(stored)
  return isWrapped ? restore(read) : read
}

describe('what is stored as a structured clone', () => {
  it('is the value itself where nothing has to be wrapped', () => {
    const value = { list: [1, -0, Number.NaN, new Date(0), /a/g, new Map([[1, new Set([2n])]])], nothing: undefined }
    const { value: stored, isWrapped } = toClonable(value)
    expect([stored === value, isWrapped]).toEqual([true, false])
    expect(throughClone(value)).toEqual(value)
  })

  it('wraps URLs and errors wherever they are, and leaves the value alone', () => {
    const error = Object.assign(new RangeError('far', { cause: new URL('https://a.example/') }), { code: 'E_FAR' })
    const value = { deep: [new Map([[new URL('https://k.example/'), new Set([error])]])] }
    const before = structuredClone({ keys: Object.keys(value), length: value.deep.length })
    const read = throughClone(value) as typeof value
    const [[url, errors]] = [...(read.deep[0] as Map<URL, Set<typeof error>>)] as [[URL, Set<typeof error>]]
    const [restored] = errors
    expect(url).toEqual(new URL('https://k.example/'))
    expect(restored).toBeInstanceOf(RangeError)
    expect([restored?.message, restored?.code, restored?.cause]).toEqual([
      'far',
      'E_FAR',
      new URL('https://a.example/'),
    ])
    expect({ keys: Object.keys(value), length: value.deep.length }).toEqual(before)
    expect(value.deep[0]?.keys().next().value).toBeInstanceOf(URL)
  })

  it('takes no value for a wrapped one', () => {
    for (const value of [
      { $hotpath: 'url', content: 'https://a.example/' },
      { list: [{ $hotpath: 'url', content: 1 }, new URL('https://a.example/')], $hotpath: { $hotpath: 'error' } },
    ]) {
      expect(throughClone(value)).toEqual(value)
    }
  })

  it('stores of a part of a buffer no more than the part', () => {
    const part = new Uint8Array(1_000_000).subarray(5, 8)
    expect((throughClone(part) as Uint8Array).buffer.byteLength).toBe(3)
    expect(toClonable(part).bytes).toBeLessThan(100)
  })

  it('refuses what would come back as something else, with the path', () => {
    class City {
      name = 'Ulm'
    }
    for (const [value, path] of [
      [{ city: new City() }, 'value.city'],
      [{ list: [() => 1] }, 'value.list[0]'],
      [new Map([['a', Symbol('b')]]), 'value'],
      [JSON.parse('{ "__proto__": 1 }'), 'value'],
    ] as const) {
      expect(() => toClonable(value)).toThrow(
        expect.objectContaining({ code: 'ERR_CODEC_VALUE', message: expect.stringContaining(path) }),
      )
    }
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(() => toClonable(circle)).toThrow(expect.objectContaining({ code: 'ERR_CODEC_VALUE' }))
  })

  it('counts about as many bytes as there are characters', () => {
    expect(toClonable('x'.repeat(10_000)).bytes).toBeGreaterThanOrEqual(10_000)
    expect(toClonable({ a: 'x'.repeat(100), b: new Uint8Array(50) }).bytes).toBeLessThan(250)
  })
})
