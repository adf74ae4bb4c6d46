import { type Entry, type Mark, createEntry, encodeKey, parseToken, wrongOption } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf } from '../door/engine-of.ts'
import { assertEntry, assertList, ownTags } from '../door/input.ts'
import type { Engine } from '../engine.ts'
import { lookUpMany } from '../read/look-up.ts'
import type { HeldEntry } from '../placeholders/held-entries.ts'

/**
 * Puts what `heldEntries` returned back into memory, as old as it is by now: as far as the log still holds it, and no tier has
 * anything that was loaded since. Lower tiers have what was stored there, so nothing is written to them.
 *
 * @param held - With the `ageMs` that they have now.
 * @returns Resolves when that is done; where there is no log, nothing is. Rejects with ConfigError for what is no list, no entry or no
 *   cache; KeyError; TagError; TokenError; ClosedError.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { heldEntries } from '@hotpath/core/placeholders'
 * import { restoreHeld } from '@hotpath/core/restore'
 * import { createMemoryLog, shared } from '@hotpath/core/shared'
 *
 * const log = createMemoryLog() // outlives the visits, as that of a page does in IndexedDB
 * const visit = () => createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })], log: () => log, shared })
 * const first = visit()
 * await first.set(['cart'], ['book'], { ttl: '1h' })
 * const saved = heldEntries(first, [['cart']])
 *
 * const next = visit() // five seconds later
 * await restoreHeld(next, saved.map((entry) => ({ ...entry, ageMs: entry.ageMs + 5_000 })))
 * console.log(next.peek(['cart'])) // [ 'book' ]
 * await first.close()
 * await next.close()
 * ```
 */
export async function restoreHeld(cache: Cache, held: readonly HeldEntry[]): Promise<void> {
  const engine = engineOf(cache)
  assertList(held)
  const given = held.map((entry) => {
    assertEntry(entry)
    assertTimes(entry)
    return [encodeKey(entry.key), entry, parseToken(entry.asOf, 'asOf')] as const
  })
  if (given.length === 0 || !(await cache.ready())) return
  const entries = new Map<string, Entry>()
  for (const [key, entry, mark] of given) {
    const restored = entryOf(engine, entry, mark)
    if (isUsable(engine, key, restored)) entries.set(key, restored)
  }
  const isEnough = (found: { readonly entry: Entry }, key: string): boolean =>
    found.entry.createdAt >= (entries.get(key) as Entry).createdAt
  await lookUpMany(engine, entries.keys(), 0, isEnough)
  for (const [key, restored] of entries) {
    const inMemory = engine.memory?.peek?.(key) as Entry | undefined
    // Meanwhile anything may have been stored, or invalidated.
    const isThere = inMemory !== undefined && isEnough({ entry: inMemory }, key) && isUsable(engine, key, inMemory)
    if (!isThere && isUsable(engine, key, restored)) void engine.store([[key, restored]], 1)
  }
}

/** @throws ConfigError for times that never pass. */
function assertTimes({ ageMs, windowsMs }: HeldEntry): void {
  const times: readonly unknown[] = [ageMs].concat(windowsMs)
  if (times.length === 4 && times.every((ms) => typeof ms === 'number' && ms >= 0)) return
  throw wrongOption('ageMs', 'milliseconds, as three `windowsMs`', ageMs, 'Pass on what `heldEntries` returned.')
}

/** What is later than the log was never of it, and no record would outdate it. */
function isUsable(engine: Engine, key: string, entry: Entry): boolean {
  const { epoch, asOf } = entry
  if (engine.view.atMost({ epoch, position: asOf }).position < asOf) return false
  const found = engine.found(entry, 0, engine.view.judge(key, entry))
  return found !== undefined && found.age !== 'stale-if-error'
}

function entryOf(engine: Engine, { value, ageMs, windowsMs, tags }: HeldEntry, { epoch, position }: Mark): Entry {
  const [freshMs, staleMs, errorMs] = windowsMs
  return createEntry({
    value,
    tags: ownTags(tags),
    createdAt: engine.elapsed() - ageMs,
    freshMs,
    staleMs,
    errorMs,
    epoch,
    asOf: position,
    aheadMs: 0,
  })
}
