import type { Entry, EvictionBounds, EvictionPolicy, EvictionPolicyMaker } from '@hotpath/contract'
import { type SeededRandom, createRandom } from '../random.ts'
import { check, checkSame } from './check.ts'

/** A random walk through a policy. */
export interface PolicyWalk extends Omit<EvictionBounds, 'random'> {
  readonly seed: number
  readonly steps: number
  /** How many keys there are; small numbers are used more often. */
  readonly keys: number
}

interface Stored {
  readonly entry: Entry
  readonly bytes: number
}

/** Uses a policy at random, and checks after each step that it holds just what was set and not evicted, within its bounds. */
export function walk(make: EvictionPolicyMaker, walked: PolicyWalk): string[] {
  const { maxEntries, maxBytes, seed, steps } = walked
  const random = createRandom(seed)
  const policy = make({ maxEntries, maxBytes, random: random.fork() })
  const stored = new Map<string, Stored>()
  const evictions: string[] = []
  for (let step = 0; step < steps; step++) {
    const key = `key:${Math.floor(random() ** 2 * walked.keys)}`
    takeStep({ policy, stored, random, key, maxBytes, evictions })
    const bytes = sumOf(stored, step % 64 === 0, policy.bytes)
    // Looked at first: to write down what is wrong takes longer than the step.
    const isRight = policy.size === stored.size && policy.bytes === bytes
    if (isRight && policy.size <= maxEntries && policy.bytes <= maxBytes) continue
    const when = `after step ${step} of seed ${seed}`
    checkSame([policy.size, policy.bytes], [stored.size, bytes], `\`size\` and \`bytes\` ${when}`)
    check(false, `There are ${policy.size} entries and ${policy.bytes} bytes ${when}.`)
  }
  checkSame(Array.from(policy.entries(), ([key]) => key).sort(), [...stored.keys()].sort(), '`entries()`')
  return evictions
}

interface Step {
  readonly policy: EvictionPolicy
  readonly stored: Map<string, Stored>
  readonly random: SeededRandom
  readonly key: string
  readonly maxBytes: number
  readonly evictions: string[]
}

function takeStep({ policy, stored, random, key, maxBytes, evictions }: Step): void {
  const choice = random()
  const known = stored.get(key)
  const evicted = (gone: string): void => {
    check(stored.delete(gone), `${gone} is reported as evicted, and was not there.`)
    evictions.push(gone)
  }
  if (choice < 0.0002) {
    policy.clear()
    stored.clear()
  } else if (choice < 0.001) {
    const toBytes = random.int(policy.bytes + 1)
    const keep = (one: string): boolean => one.endsWith('3')
    policy.shrink(toBytes, keep, evicted)
    const isDone = policy.bytes <= toBytes || Array.from(policy.entries()).every(([one]) => keep(one))
    check(isDone, `There are ${policy.bytes} bytes after \`shrink\` to ${toBytes}.`)
  } else if (choice < 0.05) {
    checkSame(policy.delete(key), stored.delete(key), `delete(${key})`)
  } else if (choice < 0.1) {
    check(policy.peek(key) === known?.entry, `\`peek\` finds what was set last under ${key}.`)
  } else if (choice < 0.6) {
    check(policy.get(key) === known?.entry, `\`get\` finds what was set last under ${key}.`)
  } else {
    const entry = { value: choice } as Entry
    const bytes = random.chance(0.01) ? maxBytes : 1 + random.int(Math.min(maxBytes, 100))
    policy.set(key, entry, bytes, (gone) => {
      check(gone !== key, `\`set\` evicts ${key}, which it sets.`)
      evicted(gone)
    })
    stored.set(key, { entry, bytes })
    check(policy.peek(key) === entry, `${key} is there right after it was set.`)
  }
}

/** Adding up all of a large policy after each step would take longer than the walk. */
function sumOf(stored: ReadonlyMap<string, Stored>, isDue: boolean, otherwise: number): number {
  if (!isDue && stored.size > 50) return otherwise
  let sum = 0
  for (const { bytes } of stored.values()) sum += bytes
  return sum
}
