import type { TierCase } from './tier-bench.ts'
import { check, checkSame } from './check.ts'

/** Several stores of one tier. */
export const TIER_NAMES: readonly TierCase[] = [
  {
    name: 'keeps names apart',
    async run({ store, open, entry }) {
      const other = open('conformance-other')
      await store.set('a', entry({ value: 'ours' }))
      await other.set('b', entry({ value: 'theirs' }))
      checkSame(await store.get('b'), undefined, 'their key, read by us')
      checkSame(await other.get('a'), undefined, 'our key, read by them')
      await other.set('a', entry({ value: 'theirs' }))
      checkSame((await store.get('a'))?.value, 'ours', 'our key, after they wrote one like it')
      await other.delete(['a'])
      await other.clear()
      checkSame((await store.get('a'))?.value, 'ours', 'our key, after they cleared')
    },
  },
  {
    name: 'keeps names apart that, with a key, read alike',
    async run({ open, entry }) {
      const [short, long] = [open('conformance:x'), open('conformance:x:y')]
      await short.set('y:key', entry({ value: 'short' }))
      await long.set('key', entry({ value: 'long' }))
      checkSame((await short.get('y:key'))?.value, 'short', 'key `y:key` of the short name')
      checkSame((await long.get('key'))?.value, 'long', 'key `key` of the long name')
      await short.clear()
      checkSame((await long.get('key'))?.value, 'long', 'the long name, after the short one was cleared')
    },
  },
  {
    name: 'shows all openers of a name the same entries where it is shared',
    async run({ store, open, entry }) {
      if (!store.shared) return
      const other = open('conformance')
      await store.set('a', entry({ value: 'written by one' }))
      checkSame((await other.get('a'))?.value, 'written by one', 'read by the other')
      await other.delete(['a'])
      checkSame(await store.get('a'), undefined, 'removed by the other')
    },
  },
  {
    name: 'tells each opener the age on his own timeline where it is shared',
    async run({ store, open, entry, checkEntry }) {
      if (!store.shared) return
      const ageMs = 60_000
      // The first opener stands at 1,000,000 and the other at 20,000, before which the entry was made.
      const other = open('conformance', 20_000)
      const stored = entry({ createdAt: 1_000_000 - ageMs, freshMs: 3_600_000 })
      await store.set('a', stored)
      checkEntry(await other.get('a'), { ...stored, createdAt: 20_000 - ageMs }, 'get')
      checkEntry((await other.getMany(['a']))[0], { ...stored, createdAt: 20_000 - ageMs }, 'getMany')
    },
  },
  {
    name: 'lets one opener close without harm to another where it is shared',
    async run({ store, open, entry }) {
      if (!store.shared) return
      const other = open('conformance')
      await store.set('a', entry())
      await other.close()
      check((await store.get('a')) !== undefined, 'The store works on after another opener closed.')
    },
  },
]
