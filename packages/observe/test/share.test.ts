import { describe, expect, it } from 'vitest'
import { share } from '../src/index.ts'
import { replaceIds } from '../src/layers/ids.ts'

describe('structural sharing', () => {
  it('takes what cannot be read as it is', () => {
    const after = Object.defineProperty({ a: 1 }, 'b', {
      enumerable: true,
      get: () => {
        throw new Error('mine')
      },
    })
    expect(share({ a: 1, b: 2 }, after)).toBe(after)
  })

  it('returns the old value when nothing differs', () => {
    const before = { list: [1, { a: null }], text: 'x', none: undefined }
    expect(share(before, structuredClone(before))).toBe(before)
  })

  it('keeps the parts that are equal', () => {
    const before = { a: { n: 1 }, b: { n: 1 } }
    const after = share(before, { a: { n: 1 }, b: { n: 2 } })
    expect(after).toEqual({ a: { n: 1 }, b: { n: 2 } })
    expect(after.a).toBe(before.a)
    expect(after.b).not.toBe(before.b)
  })

  it.each([
    ['a member that is gone', { a: 1, b: undefined }, { a: 1 }],
    ['a member of another name', { a: undefined }, { b: undefined }],
    ['a shorter list', [1, 2], [1]],
    ['a list and an object', [1], { 0: 1 }],
    ['-0', { a: 0 }, { a: -0 }],
  ])('notices %s', (_, before, after) => {
    const shared = share<unknown>(before, after)
    expect(shared).not.toBe(before)
    expect(shared).toStrictEqual(after)
  })

  it.each([
    ['dates', new Date(1), new Date(1)],
    ['maps', new Map([[1, 1]]), new Map([[1, 1]])],
    ['objects without a prototype', Object.create(null), Object.create(null)],
    ['lists with holes', [1, , 2], [1, , 2]], // oxlint-disable-line no-sparse-arrays
    ['objects with symbols', { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 1 }],
  ])('takes %s as they are', (_, before, after) => {
    expect(share<unknown>(before, after)).toBe(after)
  })

  it('never calls the setter of the prototype', () => {
    const after = share<object>({ a: 1 }, JSON.parse('{ "a": 1, "__proto__": { "polluted": true } }'))
    expect(Object.getPrototypeOf(after)).toBe(Object.prototype)
    expect(Object.keys(after)).toEqual(['a', '__proto__'])
  })

  it('ends in a graph whose paths nobody could walk', () => {
    const graph = (): object => {
      const root: { items: object[] } = { items: [] }
      for (let id = 0; id < 10; id++) root.items.push({ id, root })
      return root
    }
    expect(share(graph(), graph())).toHaveProperty('items.9.root.items.9.id', 9)
  })

  it('ends for temporary ids in such a graph as well', () => {
    const root: { items: object[] } = { items: [] }
    for (let id = 0; id < 10; id++) root.items.push({ id: 'temporary:1', root })
    expect(replaceIds(root, new Map([['temporary:1', 42]]))).toHaveProperty('items.0.id', 42)
  })

  it('ends with a cycle', () => {
    const cyclic = (): object => {
      const one: { self?: object } = {}
      one.self = one
      return one
    }
    expect(share(cyclic(), cyclic())).toHaveProperty('self.self.self')
  })
})
