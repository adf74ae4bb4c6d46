/** Real ids by temporary ones: those of one cache, for inputs and layers that still have temporary ones. */
import type { Cache } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'
import { replaceIds } from '../layers/ids.ts'
import { storeOf } from '../store.ts'

/** Beyond it the one that was learned first is forgotten. */
const MAX_IDS = 1_000

/** By temporary id, the newest last. */
function idsOf(cache: Cache): Map<string, unknown> {
  return insideOf(cache).part(Symbol.for('@hotpath/observe/ids'), () => new Map<string, unknown>())
}

/** An input with the real ids of what has them by now. */
export function withRealIds<Input>(cache: Cache, input: Input): Input {
  return replaceIds(input, idsOf(cache)) as Input
}

/** Real ids are known: layers that speak of temporary ones speak of these. */
export function learnIds(cache: Cache, learned: Readonly<Record<string, unknown>>): void {
  const ids = idsOf(cache)
  for (const [temporary, id] of Object.entries(learned)) {
    ids.delete(temporary)
    ids.set(temporary, id)
  }
  for (const temporary of ids.keys()) {
    if (ids.size <= MAX_IDS) break
    ids.delete(temporary)
  }
  for (const key of storeOf(cache).keys) {
    if (key.layers === undefined || key.layers.size === 0) continue
    key.layers.resolve(ids)
    key.touch()
  }
}
