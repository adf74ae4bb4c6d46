import type { Entry, EvictionBounds, EvictionPolicy } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import { ConformanceError, policyCases } from '../src/index.ts'

/** First in, first out: the plainest policy there is. */
function fifo({ maxEntries, maxBytes }: EvictionBounds): EvictionPolicy {
  const stored = new Map<string, { readonly entry: Entry; readonly bytes: number }>()
  let sum = 0
  const remove = (key: string): boolean => {
    sum -= stored.get(key)?.bytes ?? 0
    return stored.delete(key)
  }
  return {
    get: (key) => stored.get(key)?.entry,
    peek: (key) => stored.get(key)?.entry,
    set(key, entry, bytes, evicted) {
      remove(key)
      stored.set(key, { entry, bytes })
      sum += bytes
      for (const [first] of stored) {
        if (stored.size <= maxEntries && sum <= maxBytes) break
        remove(first)
        evicted(first)
      }
    },
    shrink(toBytes, keep, evicted) {
      for (const [key] of stored) {
        if (sum <= toBytes) break
        if (!keep(key) && remove(key)) evicted(key)
      }
    },
    delete: remove,
    clear() {
      stored.clear()
      sum = 0
    },
    *entries() {
      for (const [key, { entry }] of stored) yield [key, entry]
    },
    get size() {
      return stored.size
    },
    get bytes() {
      return sum
    },
  }
}

test('a plain policy passes', async () => {
  for (const { run } of policyCases({ policy: fifo })) await run()
})

interface Fault {
  readonly case: string
  readonly break: (policy: EvictionPolicy) => Partial<EvictionPolicy>
}

let made = 0

/** Ways to break a policy. Each must be noticed by the case that is about it. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'refuses what is new': {
    case: 'finds what was just set, also when everything else is used far more',
    break: (policy) => ({
      set(key, entry, bytes, evicted) {
        policy.set(key, entry, bytes, evicted)
        if (key.startsWith('new') && policy.delete(key)) evicted(key)
      },
    }),
  },
  'reports nothing': {
    case: 'keeps its bounds in entries, whatever is done with it',
    break: (policy) => ({ set: (key, entry, bytes) => policy.set(key, entry, bytes, () => {}) }),
  },
  'reports twice': {
    case: 'keeps its bounds in bytes, whatever is done with it',
    break: (policy) => ({
      set: (key, entry, bytes, evicted) =>
        policy.set(key, entry, bytes, (gone) => {
          evicted(gone)
          evicted(gone)
        }),
    }),
  },
  'keeps the bytes of what was replaced': {
    case: 'replaces an entry, and counts the bytes of the new one',
    break: (policy) => ({
      set(key, entry, bytes, evicted) {
        if (policy.peek(key) === undefined) policy.set(key, entry, bytes, evicted)
      },
    }),
  },
  'shrinks without a word': {
    case: 'shrinks to so many bytes, and reports each that goes',
    break: (policy) => ({ shrink: (toBytes, keep) => policy.shrink(toBytes, keep, () => {}) }),
  },
  'shrinks what is to be kept': {
    case: 'shrinks without what is to be kept, whatever its place',
    break: (policy) => ({ shrink: (toBytes, _, evicted) => policy.shrink(toBytes, () => false, evicted) }),
  },
  'does not shrink': {
    case: 'keeps both bounds, whatever is done with it',
    break: () => ({ shrink: () => {} }),
  },
  'has choices of its own': {
    case: 'makes the same choices when it is given the same randomness',
    break(policy) {
      const dropsMore = made++ % 2 === 1
      return {
        set(key, entry, bytes, evicted) {
          policy.set(key, entry, bytes, evicted)
          const [first] = policy.entries()
          if (dropsMore && first !== undefined && first[0] !== key && policy.delete(first[0])) evicted(first[0])
        },
      }
    },
  },
}

describe('the suite for policies notices one that', () => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    test(name, async () => {
      const policy = (bounds: EvictionBounds): EvictionPolicy => {
        const inner = fifo(bounds)
        const broken = Object.create(inner) as EvictionPolicy
        return Object.assign(broken, fault.break(inner))
      }
      const found = policyCases({ policy }).find((each) => each.name === fault.case)
      await expect(found?.run()).rejects.toThrow(ConformanceError)
    })
  }
})
