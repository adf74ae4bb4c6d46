/** What memory holds of the keys that are to be seen first, written when the page is hidden or left. */
import { heldEntries } from '@hotpath/core/placeholders'
import type { Cache } from '@hotpath/core'
import { type SavedPlaceholder, localStorageOf } from './saved.ts'

/** What is saved, and where. */
export interface SaveOptions {
  readonly cache: Cache
  /** Name of the item. */
  readonly name: string
  /** Encoded, the most important first. */
  readonly keys: readonly string[]
  readonly maxBytes: number
  /** Wall time. */
  readonly now: number
}

/** Saves what there is room for. Never throws: where there is no room at all, what was saved before goes. */
export function saveHeld({ cache, name, keys, maxBytes, now }: SaveOptions): void {
  const storage = localStorageOf()
  if (storage === undefined) return
  const saved: string[] = []
  let bytes = 2
  for (const { key, value, ageMs, windowsMs, tags, asOf } of heldEntries(cache, keys)) {
    if (!isJson(value)) continue
    const one: SavedPlaceholder = {
      key,
      value,
      createdAtWall: now - ageMs,
      savedAtWall: now,
      windowsMs: windowsMs.map(finite),
      tags,
      asOf,
    }
    const json = JSON.stringify(one)
    // Strings of `localStorage` take two bytes a character.
    if (bytes + 2 * (json.length + 1) > maxBytes) continue
    bytes += 2 * (json.length + 1)
    saved.push(json)
  }
  try {
    if (saved.length === 0) storage.removeItem(name)
    else storage.setItem(name, `[${saved.join(',')}]`)
  } catch {
    storage.removeItem(name)
  }
}

/** JSON has no infinity. */
function finite(windowMs: number): number {
  return windowMs === Number.POSITIVE_INFINITY ? -1 : windowMs
}

/** Whether a value comes back from JSON as it is. */
export function isJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
    case 'object':
      return value === null || (depth < MAX_DEPTH && isJsonObject(value, depth + 1))
    default:
      return false
  }
}

/** No value that is to be seen first is as deep. */
const MAX_DEPTH = 32

function isJsonObject(value: object, depth: number): boolean {
  if (Array.isArray(value))
    return Object.keys(value).length === value.length && value.every((one) => isJson(one, depth))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.entries(value).every(
    ([name, member]) => name !== '__proto__' && name !== 'toJSON' && isJson(member, depth),
  )
}
