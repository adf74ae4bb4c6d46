import { type Entry, type EvictionPolicyMaker, type OptionTable, checkOptions, functionOption } from '@hotpath/contract'
import { check, checkSame } from './suite/check.ts'
import type { ConformanceCase } from './suite/conformance-case.ts'
import { createRandom } from './random.ts'
import { walk } from './suite/policy-walk.ts'

/** What is tested by `policyCases()`. */
export interface PolicyCasesOptions {
  /** The policy, as `memory({ policy })` takes it. */
  readonly policy: EvictionPolicyMaker
}

const POLICY_CASES_OPTIONS: OptionTable<keyof PolicyCasesOptions> = { policy: functionOption }

const ignore = (): void => {}
const never = (): boolean => false

interface PolicyCase {
  readonly name: string
  run(make: EvictionPolicyMaker): void
}

const CASES: readonly PolicyCase[] = [
  {
    name: 'is empty at first',
    run(make) {
      const policy = make({ maxEntries: 10, maxBytes: 100, random: createRandom(1) })
      checkSame([policy.size, policy.bytes, [...policy.entries()]], [0, 0, []], 'size, bytes and entries')
      checkSame(
        [policy.get('a'), policy.peek('a'), policy.delete('a')],
        [undefined, undefined, false],
        'of a missing key',
      )
    },
  },
  {
    name: 'replaces an entry, and counts the bytes of the new one',
    run(make) {
      const policy = make({ maxEntries: 10, maxBytes: 100, random: createRandom(1) })
      const [first, second] = [entryOf(1), entryOf(2)]
      policy.set('a', first, 60, ignore)
      policy.set('b', entryOf(3), 10, ignore)
      policy.set('a', second, 70, ignore)
      check(policy.get('a') === second, '`get` finds the replacement.')
      checkSame([policy.size, policy.bytes], [2, 80], 'size and bytes')
    },
  },
  {
    name: 'finds what was just set, also when everything else is used far more',
    run(make) {
      const policy = make({ maxEntries: 100, maxBytes: 10_000, random: createRandom(1) })
      for (let id = 0; id < 100; id++) policy.set(`hot:${id}`, entryOf(id), 100, ignore)
      for (let use = 0; use < 2_000; use++) policy.get(`hot:${use % 100}`)
      for (let id = 0; id < 1_000; id++) {
        const entry = entryOf(id)
        policy.set(`new:${id}`, entry, 1 + (id % 150), ignore)
        check(policy.get(`new:${id}`) === entry, `new:${id} is found right after it was set.`)
      }
    },
  },
  {
    name: 'has room for an entry as large as all the room',
    run(make) {
      const policy = make({ maxEntries: 10, maxBytes: 100, random: createRandom(1) })
      for (let id = 0; id < 5; id++) policy.set(`a${id}`, entryOf(id), 20, ignore)
      const gone: string[] = []
      policy.set('a2', entryOf(2), 100, (key) => gone.push(key))
      checkSame(gone.sort(), ['a0', 'a1', 'a3', 'a4'], 'evicted')
      checkSame([policy.size, policy.bytes], [1, 100], 'size and bytes')
    },
  },
  {
    name: 'shrinks to so many bytes, and reports each that goes',
    run(make) {
      const policy = make({ maxEntries: 100, maxBytes: 1_000, random: createRandom(1) })
      for (let id = 0; id < 10; id++) policy.set(`k${id}`, entryOf(id), 10, ignore)
      const gone: string[] = []
      policy.shrink(100, never, (key) => gone.push(key))
      checkSame([policy.size, policy.bytes, gone], [10, 100, []], 'size, bytes and evicted where there is room')
      policy.shrink(35, never, (key) => gone.push(key))
      checkSame([policy.size, policy.bytes, new Set(gone).size], [3, 30, 7], 'size, bytes and evicted')
      for (const key of gone) check(policy.peek(key) === undefined, `${key} has gone.`)
      policy.shrink(0, never, (key) => gone.push(key))
      checkSame([policy.size, policy.bytes, new Set(gone).size], [0, 0, 10], 'size, bytes and evicted')
    },
  },
  {
    name: 'shrinks without what is to be kept, whatever its place',
    run(make) {
      for (let kept = 0; kept < 10; kept++) {
        const policy = make({ maxEntries: 100, maxBytes: 1_000, random: createRandom(1) })
        for (let id = 0; id < 10; id++) policy.set(`k${id}`, entryOf(id), 10, ignore)
        for (let use = 0; use < 30; use++) policy.get(`k${(use * use) % 10}`)
        const gone: string[] = []
        policy.shrink(
          0,
          (key) => key === `k${kept}`,
          (key) => gone.push(key),
        )
        checkSame([policy.size, policy.bytes, gone.length], [1, 10, 9], 'size, bytes and evicted')
        check(policy.peek(`k${kept}`) !== undefined, `k${kept} is still there.`)
      }
    },
  },
  {
    name: 'is not disturbed by what is deleted while its entries are looked at',
    run(make) {
      const policy = make({ maxEntries: 100, maxBytes: 1_000, random: createRandom(1) })
      for (let id = 0; id < 50; id++) policy.set(`k${id}`, entryOf(id), 1, ignore)
      const seen = new Set<string>()
      for (const [key] of policy.entries()) {
        seen.add(key)
        policy.delete(key)
      }
      checkSame([seen.size, policy.size, policy.bytes], [50, 0, 0], 'seen, size and bytes')
    },
  },
  {
    name: 'is as good as new after it was cleared',
    run(make) {
      const policy = make({ maxEntries: 10, maxBytes: 100, random: createRandom(1) })
      for (let round = 0; round < 3; round++) {
        for (let id = 0; id < 30; id++) policy.set(`k${id}`, entryOf(id), 5, ignore)
        checkSame([policy.size, policy.bytes], [10, 50], 'size and bytes')
        policy.clear()
        checkSame([policy.size, policy.bytes, policy.get('k29')], [0, 0, undefined], 'size, bytes and an entry')
      }
    },
  },
  {
    name: 'keeps its bounds in entries, whatever is done with it',
    run: (make) => walkAll(make, { maxBytes: 1e9 }),
  },
  {
    name: 'keeps its bounds in bytes, whatever is done with it',
    run: (make) => walkAll(make, { maxEntries: Number.POSITIVE_INFINITY }),
  },
  {
    name: 'keeps both bounds, whatever is done with it',
    run: (make) => walkAll(make, {}),
  },
  {
    name: 'keeps both bounds through a million steps',
    run(make) {
      walk(make, { maxEntries: 1_000, maxBytes: 45_000, keys: 4_000, seed: 1, steps: 1_000_000 })
    },
  },
  {
    name: 'makes the same choices when it is given the same randomness',
    run(make) {
      const walked = { maxEntries: 50, maxBytes: 2_000, keys: 200, seed: 7, steps: 5_000 }
      checkSame(walk(make, walked), walk(make, walked), 'evicted')
    },
  },
]

/**
 * The conformance suite of the `EvictionPolicy` port: what the memory tier leans on. Each case makes a policy of its own.
 *
 * @example
 * ```ts
 * import { lru } from '@hotpath/core/lru'
 * import { policyCases } from '@hotpath/testkit'
 *
 * // Or, in any test runner: `test(name, run)`.
 * for (const { run } of policyCases({ policy: lru() })) await run()
 * ```
 */
export function policyCases(options: PolicyCasesOptions): readonly ConformanceCase[] {
  checkOptions(options, 'policyCases', POLICY_CASES_OPTIONS)
  return CASES.map(({ name, run }) => ({ name, run: async () => run(options.policy) }))
}

function walkAll(
  make: EvictionPolicyMaker,
  bounds: { readonly maxEntries?: number; readonly maxBytes?: number },
): void {
  for (let seed = 1; seed <= 20; seed++) {
    const size = 2 ** (seed % 8)
    walk(make, { maxEntries: size, maxBytes: 40 * size, ...bounds, keys: 3 * size + 1, seed, steps: 1_500 })
  }
}

function entryOf(value: number): Entry {
  return { value } as Entry
}
