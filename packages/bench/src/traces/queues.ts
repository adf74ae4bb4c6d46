/** Policies of one queue: a Map is a queue whose first member came first. */
import type { Simulated } from './policy.ts'

function first<Key>(queue: ReadonlySet<Key> | ReadonlyMap<Key, unknown>): Key {
  return queue.keys().next().value as Key
}

/** First in, first out. */
export function fifo(capacity: number): Simulated {
  const queue = new Set<number>()
  return (key) => {
    if (queue.has(key)) return true
    if (queue.size >= capacity) queue.delete(first(queue))
    queue.add(key)
    return false
  }
}

/** Second chance: FIFO, but what was used since the hand last came by goes round once more (Corbató 1968). */
export function clock(capacity: number): Simulated {
  const used = new Map<number, boolean>()
  return (key) => {
    if (used.has(key)) {
      used.set(key, true)
      return true
    }
    while (used.size >= capacity) {
      const oldest = first(used)
      const again = used.get(oldest) === true
      used.delete(oldest)
      if (again) used.set(oldest, false)
    }
    used.set(key, false)
    return false
  }
}

/** S3-FIFO (Yang, Zhang, Qiu, Yue and Rashmi 2023): a small queue, a main one, and the names of those that left the small one. */
export function s3Fifo(capacity: number): Simulated {
  const small = new Map<number, number>()
  const main = new Map<number, number>()
  const ghosts = new Set<number>()
  const smallRoom = Math.max(1, Math.floor(capacity / 10))
  const evictFromMain = (): void => {
    for (;;) {
      const key = first(main)
      const uses = main.get(key) as number
      main.delete(key)
      if (uses === 0) return
      main.set(key, uses - 1)
    }
  }
  const evictFromSmall = (): void => {
    while (small.size > 0) {
      const key = first(small)
      const uses = small.get(key) as number
      small.delete(key)
      if (uses > 1) {
        if (main.size >= capacity - smallRoom && main.size > 0) evictFromMain()
        main.set(key, 0)
      } else {
        if (ghosts.size >= Math.max(1, capacity - smallRoom)) ghosts.delete(first(ghosts))
        ghosts.add(key)
        return
      }
    }
  }
  return (key) => {
    for (const queue of [small, main]) {
      const uses = queue.get(key)
      if (uses === undefined) continue
      queue.set(key, Math.min(uses + 1, 3))
      return true
    }
    while (small.size + main.size >= capacity) {
      if (small.size >= smallRoom || main.size === 0) evictFromSmall()
      else evictFromMain()
    }
    if (ghosts.delete(key)) main.set(key, 0)
    else small.set(key, 0)
    return false
  }
}

/** ARC (Megiddo and Modha 2003): one list of those used once, one of those used again, and the names of what left either. */
export function arc(capacity: number): Simulated {
  const once = new Set<number>()
  const again = new Set<number>()
  const onceGone = new Set<number>()
  const againGone = new Set<number>()
  let target = 0
  const moveFirst = (from: Set<number>, to: Set<number>): void => {
    const key = first(from)
    from.delete(key)
    to.add(key)
  }
  const replace = (wasAgain: boolean): void => {
    if (once.size > 0 && (once.size > target || (wasAgain && once.size === target) || again.size === 0)) {
      moveFirst(once, onceGone)
    } else moveFirst(again, againGone)
  }
  const comeBack = (key: number, from: Set<number>): boolean => {
    replace(from === againGone)
    from.delete(key)
    again.add(key)
    return false
  }
  return (key) => {
    if (once.delete(key) || again.delete(key)) {
      again.add(key)
      return true
    }
    if (onceGone.has(key)) {
      target = Math.min(capacity, target + Math.max(1, againGone.size / onceGone.size))
      return comeBack(key, onceGone)
    }
    if (againGone.has(key)) {
      target = Math.max(0, target - Math.max(1, onceGone.size / againGone.size))
      return comeBack(key, againGone)
    }
    const all = once.size + again.size + onceGone.size + againGone.size
    if (once.size + onceGone.size >= capacity) {
      if (once.size < capacity) {
        onceGone.delete(first(onceGone))
        replace(false)
      } else once.delete(first(once))
    } else if (all >= capacity) {
      if (all >= 2 * capacity) againGone.delete(first(againGone))
      replace(false)
    }
    once.add(key)
    return false
  }
}
