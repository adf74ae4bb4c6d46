/** A worker that does not judge what it reads: a soak over it has to find stale reads. */
import type { Entry, Tier, TierStore } from '@hotpath/contract'
import { createEntry } from '@hotpath/contract'
import { work } from '@hotpath/soak'
import { sqlite } from '../../src/index.ts'

await work(({ path }: { readonly path: string }) => ({ tier: withoutJudging(sqlite({ path })), close: () => {} }))

/** Every entry claims to be newer than all that was invalidated. */
function withoutJudging(tier: Tier): Tier {
  const immune = (entry: Entry | undefined): Entry | undefined =>
    entry === undefined ? undefined : createEntry({ ...entry, asOf: Number.MAX_SAFE_INTEGER })
  return {
    ...tier,
    open(context): TierStore {
      const store = tier.open(context)
      return {
        ...store,
        get: async (key) => immune(await store.get(key)),
        getMany: async (keys) => (await store.getMany(keys)).map(immune),
      }
    },
  }
}
