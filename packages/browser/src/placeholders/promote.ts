/** What an earlier visit saved becomes entries once the log is there, as far as it still holds. */
import type { Cache } from '@hotpath/core'
import { restoreHeld } from '@hotpath/core/restore'
import type { SavedPlaceholders } from './saved.ts'

/** Keeps what the log does not rule out, unless something was loaded since. Resolves when that is done, or there is no log. */
export async function promote(cache: Cache, saved: SavedPlaceholders, now: () => number): Promise<void> {
  // Its age is what it is by then.
  if (saved.length === 0 || !(await cache.ready())) return
  const at = now()
  // Nobody knows how old it is where the clock was set back since it was saved.
  const ofBefore = saved.filter(({ savedAtWall }) => savedAtWall <= at)
  await restoreHeld(
    cache,
    ofBefore.map(({ createdAtWall, windowsMs, ...one }) => {
      const [fresh = 0, stale = 0, error = 0] = windowsMs.map(endless)
      return { ...one, ageMs: Math.max(0, at - createdAtWall), windowsMs: [fresh, stale, error] }
    }),
  )
}

/** As it was before it became JSON. */
function endless(windowMs: number): number {
  return windowMs < 0 ? Number.POSITIVE_INFINITY : windowMs
}
