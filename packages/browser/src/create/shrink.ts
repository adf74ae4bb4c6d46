/** Memory of a page that others need more: when it is hidden or frozen, and when the heap runs out. */
import { trim } from '@hotpath/core/retain'
import { type Lifecycle, watchMemory } from '@hotpath/web'
import type { Cache } from '@hotpath/core'

/** What may be left, of what is in use. */
const LEFT = { hidden: 0.5, frozen: 0.25, warning: 0.5, critical: 0.25 } as const

/** Trims memory when it is time to; what is retained stays. Returns what ends it. */
export function shrinkInTime(cache: Cache, lifecycle: Pick<Lifecycle, 'on'>): () => void {
  const shrink = (share: number): void => {
    const used = cache.stats().tiers[0]?.usage?.bytes ?? 0
    trim(cache, { toBytes: Math.floor(used * share) })
  }
  const memory = watchMemory()
  const endings = [
    lifecycle.on('hidden', () => shrink(LEFT.hidden)),
    lifecycle.on('frozen', () => shrink(LEFT.frozen)),
    memory.on('warning', () => shrink(LEFT.warning)),
    memory.on('critical', () => shrink(LEFT.critical)),
    () => memory.close(),
  ]
  return () => {
    for (const end of endings) end()
  }
}
