import type { TierCase } from './tier-bench.ts'
import { checkSame } from './check.ts'

/** Positions of a log that counts in microseconds since 1970: too large for any float of 32 bits, or 15 digits. */
const LARGE_POSITION = 1_900_000_000_000_001

/** Which of two writes wins. */
export const TIER_ORDER: readonly TierCase[] = [
  {
    name: 'prefers the larger asOf of one epoch, whichever is written first',
    async run({ store, entry }) {
      await store.set('a', entry({ value: 'newer', asOf: 11 }))
      await store.set('a', entry({ value: 'older', asOf: 10 }))
      checkSame((await store.get('a'))?.value, 'newer', 'after an older write')
      await store.set('a', entry({ value: 'newest', asOf: 12 }))
      checkSame((await store.get('a'))?.value, 'newest', 'after a newer write')
    },
  },
  {
    name: 'lets the later of two writes with the same asOf win',
    async run({ store, entry }) {
      await store.set('a', entry({ value: 'first', asOf: 10 }))
      await store.set('a', entry({ value: 'second', asOf: 10 }))
      checkSame((await store.get('a'))?.value, 'second', 'get')
    },
  },
  {
    name: 'lets an entry of another epoch never block a write',
    async run({ store, entry }) {
      await store.set('a', entry({ value: 'another life', epoch: 'epoch-zero', asOf: 1_000 }))
      await store.set('a', entry({ value: 'this life', epoch: 'epoch-one', asOf: 1 }))
      checkSame((await store.get('a'))?.value, 'this life', 'get')
      checkSame((await store.get('a'))?.epoch, 'epoch-one', 'epoch')
    },
  },
  {
    name: 'applies the same rule to each of many',
    async run({ store, entry }) {
      await store.setMany([
        ['a', entry({ value: 'newer', asOf: 11 })],
        ['b', entry({ value: 'older', asOf: 10 })],
        ['c', entry({ value: 'another life', epoch: 'epoch-zero', asOf: 1_000 })],
      ])
      await store.setMany([
        ['a', entry({ value: 'older', asOf: 10 })],
        ['b', entry({ value: 'newer', asOf: 11 })],
        ['c', entry({ value: 'this life', asOf: 1 })],
      ])
      const values = (await store.getMany(['a', 'b', 'c'])).map((answer) => answer?.value)
      checkSame(values, ['newer', 'newer', 'this life'], 'getMany')
    },
  },
  {
    name: 'applies the same rule within one list',
    async run({ store, entry }) {
      await store.setMany([
        ['a', entry({ value: 'newer', asOf: 11 })],
        ['a', entry({ value: 'older', asOf: 10 })],
      ])
      checkSame((await store.get('a'))?.value, 'newer', 'get')
    },
  },
  {
    name: 'compares positions as exact integers, as 9 < 10 and in microseconds',
    async run({ store, entry }) {
      for (const [key, larger] of Object.entries({
        digits: 10,
        micro: LARGE_POSITION,
        safe: Number.MAX_SAFE_INTEGER,
      })) {
        await store.set(key, entry({ value: 'newer', asOf: larger }))
        await store.set(key, entry({ value: 'older', asOf: larger - 1 }))
        checkSame((await store.get(key))?.value, 'newer', `${larger - 1} after ${larger}`)
        checkSame((await store.get(key))?.asOf, larger, 'asOf')
      }
    },
  },
  {
    name: 'removes what is older than a mark, and leaves what was stored since',
    async run({ store, entry }) {
      const below = { epoch: entry().epoch, position: LARGE_POSITION }
      const entries = {
        older: entry({ asOf: LARGE_POSITION - 1 }),
        same: entry({ asOf: LARGE_POSITION }),
        newer: entry({ asOf: LARGE_POSITION + 256 }),
        'other epoch': entry({ epoch: 'another', asOf: LARGE_POSITION + 1 }),
      }
      await store.setMany(Object.entries(entries))
      await store.delete([...Object.keys(entries), 'missing'], below)
      const left = (await store.getMany(Object.keys(entries))).map((found) => found !== undefined)
      checkSame([left[0], left[3]], [false, false], 'whether what is older, or of another epoch, is left')
      // Removals do not arrive late in a store that is not shared.
      if (store.shared) checkSame([left[1], left[2]], [true, true], 'whether what was stored since is left')
    },
  },
  {
    name: 'takes any write again once an entry is removed',
    async run({ store, entry }) {
      await store.set('a', entry({ value: 'newer', asOf: 11 }))
      await store.delete(['a'])
      await store.set('a', entry({ value: 'older', asOf: 10 }))
      checkSame((await store.get('a'))?.value, 'older', 'get')
    },
  },
]
