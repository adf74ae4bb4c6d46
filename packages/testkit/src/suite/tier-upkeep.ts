import { OUTDATED, type TierCase } from './tier-bench.ts'
import { check, checkSame } from './check.ts'

/** Clearing, purging, counting and closing. */
export const TIER_UPKEEP: readonly TierCase[] = [
  {
    name: 'answers at once with each method when it calls itself sync',
    async run({ store, entry }) {
      // The store under test fails the case by itself; this one makes sure that every method was asked.
      await store.set('a', entry())
      await store.setMany([['b', entry()]])
      await store.get('a')
      await store.peek?.('a')
      await store.getMany(['a', 'b'])
      await store.usage?.()
      await store.purge({ isDead: () => true })
      await store.delete(['a'])
      await store.clear()
    },
  },
  {
    name: 'clears everything, and can be filled again',
    async run({ store, entry }) {
      await store.setMany(['a', 'b'].map((key) => [key, entry()] as const))
      await store.clear()
      checkSame(await store.getMany(['a', 'b']), [undefined, undefined], 'after clear')
      await store.clear()
      await store.set('a', entry({ value: 'again' }))
      checkSame((await store.get('a'))?.value, 'again', 'after clear and set')
    },
  },
  {
    name: 'purges what is dead, leaves the rest, and counts',
    async run({ store, entry }) {
      const values = Object.entries({ a: 'dead', b: 'alive', c: 'dead', d: 'alive' })
      await store.setMany(values.map(([key, value]) => [key, entry({ value, tags: [value] })] as const))
      const purged = await store.purge({ isDead: (_, { tags }) => tags.includes('dead') })
      checkSame(purged, 2, 'purged')
      const left = await store.getMany(['a', 'b', 'c', 'd'])
      checkSame(
        left.map((answer) => answer?.value),
        [undefined, 'alive', undefined, 'alive'],
        'after purge',
      )
      checkSame(await store.purge({ isDead: () => false }), 0, 'purged when nothing is dead')
    },
  },
  {
    name: 'purges entries that the log rules out, whose values need not be read',
    async run({ store, entry }) {
      const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
      await store.setMany(keys.map((key) => [key, entry({ value: 'x'.repeat(2_000), tags: [OUTDATED] })] as const))
      checkSame(await store.purge({ isDead: (_, { tags }) => tags.includes(OUTDATED) }), 20, 'purged')
    },
  },
  {
    name: 'ends a purge when the judgement throws',
    async run({ store, entry }) {
      await store.setMany(['a', 'b'].map((key) => [key, entry()] as const))
      let judged = 0
      const isDead = (): boolean => {
        judged++
        throw new Error('the cache closes')
      }
      const outcome = await (async () => store.purge({ isDead }))().then(
        () => 'purged',
        () => 'failed',
      )
      checkSame([outcome, judged], ['failed', 1], 'outcome, and entries judged')
    },
  },
  {
    name: 'judges each key once in a purge, by all but its value',
    async run({ store, entry, checkHead }) {
      const stored = entry({ tags: ['tag'], asOf: 7 })
      await store.setMany(['a', 'b'].map((key) => [key, stored] as const))
      const judged: string[] = []
      await store.purge({
        isDead(key, seen) {
          judged.push(key)
          checkHead(seen, stored, `isDead(${key})`)
          return false
        },
      })
      checkSame(judged.sort(), ['a', 'b'], 'judged')
    },
  },
  {
    name: 'counts its entries where it knows them',
    async run({ store, entry }) {
      if (store.usage === undefined) return
      const entries = async (): Promise<number | undefined> => (await store.usage?.())?.entries
      checkSame(await entries(), 0, 'entries at first')
      await store.setMany(['a', 'b', 'c'].map((key) => [key, entry()] as const))
      await store.set('c', entry({ value: 'replaced' }))
      checkSame(await entries(), 3, 'entries after three keys were set')
      await store.delete(['a', 'missing'])
      checkSame(await entries(), 2, 'entries after delete')
      await store.clear()
      checkSame(await entries(), 0, 'entries after clear')
    },
  },
  {
    name: 'estimates its bytes where it can, and gives them back',
    async run({ store, entry }) {
      if (store.usage === undefined) return
      const bytes = async (): Promise<number | undefined> => (await store.usage?.())?.bytes
      const empty = await bytes()
      if (empty === undefined) return
      await store.set('a', entry({ value: 'x'.repeat(10_000) }))
      const filled = (await bytes()) ?? 0
      check(filled - empty >= 10_000, `10,000 characters must count for as many bytes, received ${filled - empty}.`)
      await store.clear()
      checkSame(await bytes(), empty, 'bytes after clear')
    },
  },
  {
    name: 'closes once, however often it is told to',
    async run({ store, entry }) {
      await store.set('a', entry())
      await store.close()
      await store.close()
    },
  },
]
