/**
 * The keys that are asked for and not answered yet. To delete each one from the map when it is answered would cost as
 * much as all the rest of a load, so it is only marked. The map is emptied when none is left, which is after most
 * batches, and made anew of the few that are left when it would grow on.
 */
import type { Item } from './item.ts'
import type { MapKey } from '../share/call-key.ts'

/** Items by their keys. */
export interface PendingItems<Key> {
  get(id: MapKey): Item<Key> | undefined
  add(item: Item<Key>): void
  /** It is answered, or nobody joins it any more. Answers whether it was still to be found. */
  remove(item: Item<Key>): boolean
  /** All that is to be found. */
  all(): Item<Key>[]
}

/** In a smaller map marked items are left alone, and when they are no more than this for each that is not. */
const MIN_SIZE = 256
const MAX_MARKED_EACH = 3

/** Makes an empty one. */
export function createPendingItems<Key>(): PendingItems<Key> {
  let items = new Map<MapKey, Item<Key>>()
  let live = 0
  const all = (): Item<Key>[] => [...items.values()].filter(({ isOver }) => !isOver)
  return {
    get(id) {
      const item = items.get(id)
      return item?.isOver === true ? undefined : item
    },
    add(item) {
      live++
      items.set(item.id, item)
      const { size } = items
      if (size > MIN_SIZE && size > live * (MAX_MARKED_EACH + 1)) items = new Map(all().map((one) => [one.id, one]))
    },
    remove(item) {
      if (item.isOver) return false
      item.isOver = true
      live--
      if (live === 0) items.clear()
      return true
    },
    all,
  }
}
