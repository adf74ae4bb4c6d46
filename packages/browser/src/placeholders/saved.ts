/**
 * Placeholders in `localStorage`: the one store of a page that can be read before anything is loaded. What is in there may
 * have been changed by anybody of the origin, so all of it is looked over.
 */
import { parseToken, type Token, validateTags } from '@hotpath/contract'

/** What an earlier visit saved. */
export type SavedPlaceholders = readonly SavedPlaceholder[]

/** One value. Times in milliseconds. */
export interface SavedPlaceholder {
  /** Encoded. */
  readonly key: string
  readonly value: unknown
  /** Wall time at which it was loaded. */
  readonly createdAtWall: number
  /** Wall time at which it was saved, or anything else. */
  readonly savedAtWall: number
  /** How long it is fresh in all, then stale, then for a loader that fails; -1: without end. */
  readonly windowsMs: readonly number[]
  readonly tags: readonly string[]
  readonly asOf: Token
}

/** The browser's, where settings grant it. */
export function localStorageOf(): Storage | undefined {
  try {
    // There is one in newer versions of Node too, which is no page.
    return globalThis.document === undefined ? undefined : (globalThis.localStorage ?? undefined)
  } catch {
    return undefined
  }
}

/** Reads what was saved under a name, as far as it is of ours, of these keys, and not from the future. */
export function readSaved(name: string, keys: readonly string[], now: number): SavedPlaceholders {
  try {
    const saved: unknown = JSON.parse(localStorageOf()?.getItem(name) ?? '[]')
    if (!Array.isArray(saved)) return []
    return saved.filter((one): one is SavedPlaceholder => isSaved(one, now) && keys.includes(one.key))
  } catch {
    return []
  }
}

/** All that is done with one later does not throw for what passes. */
function isSaved(one: unknown, now: number): one is SavedPlaceholder {
  const { key, value, createdAtWall, windowsMs, tags, asOf } = Object(one) as Partial<SavedPlaceholder>
  return (
    typeof key === 'string' &&
    value !== undefined &&
    isBetween(0, createdAtWall, now) &&
    Array.isArray(windowsMs) &&
    windowsMs.length === 3 &&
    windowsMs.every(Number.isFinite) &&
    Array.isArray(tags) &&
    isOfOurs(tags, asOf)
  )
}

function isBetween(least: number, value: unknown, most: number): boolean {
  return typeof value === 'number' && least <= value && value <= most
}

function isOfOurs(tags: readonly string[], asOf: unknown): boolean {
  try {
    validateTags(tags, 'tags')
    parseToken(asOf as Token)
    return true
  } catch {
    return false
  }
}
