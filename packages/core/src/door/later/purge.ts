/** Removes what is dead from all tiers. Loaded when it is called for, so it imports nothing but types. */
import type { Entry, EntryHead } from '@hotpath/contract'
import type { Engine } from '../../engine.ts'

/** Whose entries are looked at. */
export interface PurgeTarget {
  readonly owns: (key: string) => boolean
  /** @throws ClosedError once the cache is closed. */
  readonly assertOpen: () => void
}

/** Returns how many there were. */
export async function purge(engine: Engine, { owns, assertOpen }: PurgeTarget): Promise<number> {
  const { view, memory, shared } = engine
  // Nobody can say what is outdated.
  if (view.isBlind()) return 0
  const isDead = (key: string, entry: EntryHead): boolean => {
    // It may take long, and a cache that closes does not wait for it.
    assertOpen()
    return owns(key) && engine.judge(key, entry as Entry, 0, 0) === undefined
  }
  let purged = (await memory?.purge({ isDead })) ?? 0
  for (const tier of shared?.lower ?? []) purged += await tier.purge({ isDead })
  return purged
}
