import {
  type Clock,
  type Entry,
  type EntryFields,
  type EvictionReason,
  type TierContext,
  createEntry,
} from '@hotpath/contract'

/** The context of a cache whose timeline began `offsetMs` before the clock did. */
export function contextOf(
  clock: Clock,
  name = 'cache',
  offsetMs = 0,
): TierContext & { evictions: [string, EvictionReason][] } {
  const evictions: [string, EvictionReason][] = []
  return {
    name,
    clock,
    elapsed: () => clock.monotonic() + offsetMs,
    evictions,
    evicted: (key, reason) => void evictions.push([key, reason]),
    fault: (error) => {
      throw error
    },
  }
}

export function entryOf(fields: Partial<EntryFields> = {}): Entry {
  return createEntry({
    value: 'value',
    tags: [],
    createdAt: 0,
    freshMs: 60_000,
    staleMs: 0,
    errorMs: 0,
    epoch: 'epoch',
    asOf: 1,
    aheadMs: 0,
    ...fields,
  })
}
