import { type Scope, compileWholePattern, encodeKey, hasKeyPrefix } from '@hotpath/contract'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Concerned, KeyIndex } from '../src/key-index.ts'

interface Key extends Concerned {
  tags: readonly string[]
}

const encoded = fc.constantFrom('a', 'a:1', 'a:2', 'b', 'b:1')
const tags = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'))
const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant({ type: 'all' } as const),
  encoded.map((key) => ({ type: 'key', key }) as const),
  fc.constantFrom('x', 'y', 'z').map((tag) => ({ type: 'tag', tag }) as const),
  fc.constantFrom('a', 'b').map((prefix) => ({ type: 'prefix', prefix }) as const),
  fc.constantFrom('a:*', '*:1').map((pattern) => ({ type: 'pattern', pattern }) as const),
)
const step = fc.oneof(
  fc.record({ type: fc.constant('add' as const), encoded, tags }),
  fc.record({ type: fc.constant('delete' as const), encoded }),
  fc.record({ type: fc.constant('retag' as const), encoded, tags }),
)

function concerns(one: Scope, key: Key): boolean {
  switch (one.type) {
    case 'all':
      return true
    case 'key':
      return key.encoded === one.key
    case 'tag':
      return key.tags.includes(one.tag)
    case 'prefix':
      return hasKeyPrefix(key.encoded, one.prefix)
    case 'pattern':
      return compileWholePattern(one.pattern)(key.encoded)
  }
}

it('records concern the keys that a look at each of them would find, each once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), fc.array(scope, { maxLength: 3 }), (steps, scopes) => {
      const index = new KeyIndex<Key>()
      const model = new Map<string, Key>()
      for (const one of steps) {
        const known = model.get(one.encoded)
        if (one.type === 'add' && known === undefined) {
          const key = { encoded: one.encoded, tags: one.tags }
          model.set(one.encoded, key)
          index.add(key)
        } else if (one.type === 'delete' && known !== undefined) {
          model.delete(one.encoded)
          index.delete(known)
        } else if (one.type === 'retag') {
          // One that is not known, or not any more, stays unknown.
          const key: Key = known ?? { encoded: one.encoded, tags: [] }
          const before = key.tags
          key.tags = one.tags
          index.retag(key, before)
        }
      }
      expect(index.size).toBe(model.size)
      const expected = [...model.values()].filter((key) => scopes.some((one) => concerns(one, key)))
      expect([...index.concernedBy(scopes)].map((key) => key.encoded).sort()).toEqual(
        expected.map((key) => key.encoded).sort(),
      )
    }),
  )
})

it('a record of a key or of a tag is a look at the keys that it concerns, and at no other', () => {
  let looks = 0
  const index = new KeyIndex<Concerned>()
  const keyOf = (id: number): Concerned => ({
    get encoded() {
      looks++
      return `k:${id}`
    },
    tags: [`tag:${id % 1_000}`],
  })
  for (let id = 0; id < 10_000; id++) index.add(keyOf(id))
  looks = 0
  expect(index.concernedBy([{ type: 'key', key: 'k:7' }]).size).toBe(1)
  expect(index.concernedBy([{ type: 'tag', tag: 'tag:7' }]).size).toBe(10)
  expect(looks).toBe(0)
})

it('takes a pattern for one of keys that are shortened, as a cache may have lower tiers', () => {
  const index = new KeyIndex<{ encoded: string; tags: string[] }>()
  const encoded = encodeKey(['search', 'q'.repeat(300), 'de'])
  index.add({ encoded, tags: [] })
  expect(index.concernedBy([{ type: 'pattern', pattern: 'search:*:de' }]).size).toBe(1)
})
