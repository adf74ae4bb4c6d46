/** The two policies that an application can choose, as `memory({ policy })` uses them. */
import { lru } from '@hotpath/core/lru'
import { tinyLfu } from '@hotpath/core/tiny-lfu'
import { createRandom } from '@hotpath/testkit'
import type { MakeSimulated, Trace } from './policy.ts'

type EvictionPolicyMaker = ReturnType<typeof lru>
type Entry = Parameters<ReturnType<EvictionPolicyMaker>['set']>[1]

const ENTRY = { value: 1 } as Entry
const ignore = (): void => {}

/** By entries, or by bytes where sizes are given: then the capacity is in bytes. */
function simulate(make: EvictionPolicyMaker, sizes?: (key: number) => number): MakeSimulated {
  return (capacity, trace) => {
    const policy = make({
      maxEntries: sizes === undefined ? capacity : Number.POSITIVE_INFINITY,
      maxBytes: sizes === undefined ? Number.MAX_SAFE_INTEGER : capacity,
      random: createRandom(1),
    })
    const names = namesOf(trace)
    return (key) => {
      const name = names[key] as string
      if (policy.get(name) !== undefined) return true
      const bytes = sizes?.(key) ?? 1
      if (bytes <= capacity) policy.set(name, ENTRY, bytes, ignore)
      return false
    }
  }
}

export const lruCache: MakeSimulated = simulate(lru())
export const ours: MakeSimulated = simulate(tinyLfu({ seed: 1 }))

/** Bytes of the keys: from a lognormal distribution, median 1 kB, a few above 100 kB. */
export function lognormalSizes(keys: number): Float64Array {
  const random = createRandom(9)
  return Float64Array.from({ length: keys }, () => {
    // Box and Muller 1958.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return Math.ceil(1_000 * Math.exp(1.5 * normal))
  })
}

/** Bytes found per byte asked for. */
export function byteHitRatio(make: EvictionPolicyMaker, share: number, trace: Trace, sizes: Float64Array): number {
  const all = sizes.reduce((sum, one) => sum + one, 0)
  const use = simulate(make, (key) => sizes[key] as number)(Math.max(1, Math.round(all * share)), trace)
  let [found, asked] = [0, 0]
  for (const key of trace.uses) {
    const bytes = sizes[key] as number
    asked += bytes
    if (use(key)) found += bytes
  }
  return found / asked
}

let named: readonly string[] = []

/** As keys of a cache: strings. Shared by all traces, which number their keys from 0. */
function namesOf({ keys }: Trace): readonly string[] {
  if (named.length < keys) named = Array.from({ length: keys }, (_, key) => `item:${key}`)
  return named
}
