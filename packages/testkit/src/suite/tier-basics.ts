import type { TierCase } from './tier-bench.ts'
import { check, checkSame } from './check.ts'

const ODD_KEYS: readonly string[] = [
  ' ',
  'a b',
  'a:b',
  'a,b',
  '*',
  'a*b?[c]',
  'line\nbreak',
  'tab\tand\0nul',
  'quote"s and \'s and `s',
  'per%cent',
  'back\\slash',
  'curly{hash}tag',
  'dot.dot/slash',
  'Straße',
  '日本語',
  '👩‍👩‍👧‍👦',
  '__proto__',
  'constructor',
  'toString',
  'k'.repeat(256),
  '日'.repeat(85),
]

/** Reading, writing and removing, one and many. */
export const TIER_BASICS: readonly TierCase[] = [
  {
    name: 'answers undefined for a key that was never stored',
    async run({ store }) {
      checkSame(await store.get('missing'), undefined, 'get')
      checkSame(await store.getMany(['missing']), [undefined], 'getMany')
      checkSame(await store.peek?.('missing'), undefined, 'peek')
    },
  },
  {
    name: 'reads back each field of an entry',
    async run({ store, entry, checkEntry }) {
      const stored = entry({ value: { city: 'Łódź' }, tags: ['country:PL', 'size:big'], asOf: 42, aheadMs: 40 })
      await store.set('a', stored)
      checkEntry(await store.get('a'), stored, 'get')
      checkEntry((await store.getMany(['a']))[0], stored, 'getMany')
      if (store.peek !== undefined) checkEntry(await store.peek('a'), stored, 'peek')
    },
  },
  {
    name: 'stores many as it stores each',
    async run({ store, entry, checkEntry }) {
      const entries = ['a', 'b', 'c'].map((key) => [key, entry({ value: key, tags: [`tag:${key}`] })] as const)
      await store.setMany(entries)
      for (const [key, stored] of entries) checkEntry(await store.get(key), stored, key)
    },
  },
  {
    name: 'answers many in the order of the keys, with duplicates and missing ones',
    async run({ store, entry }) {
      await store.setMany(['a', 'b', 'c'].map((key) => [key, entry({ value: key })] as const))
      const answers = await store.getMany(['c', 'missing', 'a', 'c', 'b', 'missing'])
      checkSame(
        answers.map((answer) => answer?.value),
        ['c', undefined, 'a', 'c', 'b', undefined],
        'getMany',
      )
    },
  },
  {
    name: 'reads, writes and removes hundreds at once',
    async run({ store, entry }) {
      const keys = Array.from({ length: 500 }, (_, index) => `key:${index}`)
      await store.setMany(keys.map((key, index) => [key, entry({ value: index })] as const))
      const found = await store.getMany(keys)
      checkSame(
        found.map((answer) => answer?.value),
        keys.map((_, index) => index),
        'getMany',
      )
      await store.delete(keys.slice(1))
      const left = await store.getMany(keys)
      check(
        left[0] !== undefined && left.slice(1).every((answer) => answer === undefined),
        '`delete` removes what it names.',
      )
    },
  },
  {
    name: 'replaces an entry',
    async run({ store, entry, checkEntry }) {
      await store.set('a', entry({ value: 'old', tags: ['old'], freshMs: 1_000 }))
      const replacement = entry({ value: 'new', tags: ['new'], freshMs: 2_000 })
      await store.set('a', replacement)
      checkEntry(await store.get('a'), replacement)
    },
  },
  {
    name: 'removes the keys it is given and no other',
    async run({ store, entry }) {
      await store.setMany(['a', 'b', 'ab'].map((key) => [key, entry({ value: key })] as const))
      await store.delete(['a'])
      const left = await store.getMany(['a', 'b', 'ab'])
      checkSame(
        left.map((answer) => answer?.value),
        [undefined, 'b', 'ab'],
        'after delete',
      )
    },
  },
  {
    name: 'takes it in its stride when there is nothing to remove',
    async run({ store, entry }) {
      await store.set('a', entry())
      await store.delete(['missing', 'missing'])
      await store.delete(['a', 'a', 'missing'])
      checkSame(await store.get('a'), undefined, 'get')
    },
  },
  {
    name: 'takes empty lists',
    async run({ store, entry }) {
      await store.set('a', entry())
      checkSame(await store.getMany([]), [], 'getMany([])')
      await store.setMany([])
      await store.delete([])
      check((await store.get('a')) !== undefined, 'An empty list leaves the entries alone.')
    },
  },
  {
    name: 'takes keys of odd characters and of 256 bytes, and keeps them apart',
    async run({ store, entry }) {
      await store.setMany(ODD_KEYS.map((key, index) => [key, entry({ value: index })] as const))
      for (const [index, key] of ODD_KEYS.entries())
        checkSame((await store.get(key))?.value, index, `get(${JSON.stringify(key)})`)
      const many = await store.getMany(ODD_KEYS)
      checkSame(
        many.map((answer) => answer?.value),
        [...ODD_KEYS.keys()],
        'getMany',
      )
      await store.delete(ODD_KEYS)
      const left = await store.getMany(ODD_KEYS)
      check(
        left.every((answer) => answer === undefined),
        '`delete` removes keys of odd characters.',
      )
    },
  },
  {
    name: 'tells keys apart that differ in case, in spaces or in composition of their characters',
    async run({ store, entry }) {
      const keys = ['key', 'KEY', 'key ', ' key', 'caf\u00e9', 'cafe\u0301']
      await store.setMany(keys.map((key) => [key, entry({ value: key })] as const))
      checkSame(
        (await store.getMany(keys)).map((answer) => answer?.value),
        keys,
        'getMany',
      )
    },
  },
]
