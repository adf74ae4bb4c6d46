/** What an earlier visit saved becomes entries once the log is there, as far as it still holds. */
import type { Cache } from '@hotpath/core'
import type { SavedPlaceholders } from './saved.ts'

/** Stores what the log does not rule out, with the life that it has left. Resolves when that is done, or there is no log. */
export async function promote(cache: Cache, saved: SavedPlaceholders, now: number): Promise<void> {
  if (saved.length === 0 || !(await cache.ready())) return
  const entries = saved.flatMap(({ key, value, createdAtWall, windowsMs, tags, asOf }) => {
    if (cache.peek(key, { stale: true }) !== undefined) return []
    const windows = leftOf(windowsMs, now - createdAtWall)
    if (windows === undefined) return []
    const [ttl, staleWhileRevalidate, staleIfError] = windows
    return [{ key, value, tags, asOf, ttl, staleWhileRevalidate, staleIfError, jitter: 0 }]
  })
  await cache.setMany(entries)
}

/** What is left of windows that follow each other; `undefined`: nothing. An entry is fresh for a moment at least. */
export function leftOf(
  windowsMs: readonly number[],
  ageMs: number,
): readonly [ttl: number, stale: number, error: number] | undefined {
  let passed = ageMs
  const left = windowsMs.map((given) => {
    const windowMs = given < 0 ? Number.POSITIVE_INFINITY : given
    const used = Math.min(windowMs, passed)
    passed -= used
    return windowMs - used
  })
  const [fresh = 0, stale = 0, error = 0] = left
  if (fresh + stale <= 0) return undefined
  return [Math.max(1, fresh), stale, error]
}
