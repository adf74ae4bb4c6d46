/** What a cache in memory costs, before and now, in processor time: what others do on the machine shows least in it. */
import { keyOf, zipfKeys } from '../harness.ts'
import { type Pair, printPairs } from './print.ts'
import type { Version } from './version.ts'

const KEYS = 10_000
const HOUR_MS = 3_600_000

/** An operation on all keys, one after the other. */
type Run = (keys: readonly string[]) => unknown
/** Those that cost more run on fewer keys. */
const FEW = 20_000

function operations({ core }: Version): Record<string, Run> {
  const make = (maxEntries = 2 * KEYS) =>
    core.createCache({ name: 'bench', tiers: [core.memory({ maxEntries })], ttl: HOUR_MS })
  const value = { id: 1, name: 'name', tags: ['a', 'b'], text: 'x'.repeat(100) }
  const load = (): typeof value => value
  const [plain, tagged, list, set, small, invalidated] = [make(), make(), make(), make(), make(500), make()]
  const five = { tags: ['a', 'b', 'c', 'd', 'e'] }
  const parts = new Map(Array.from({ length: KEYS }, (_, id) => [keyOf(id), ['item', id] as const]))
  const each =
    (operation: (key: string) => unknown): Run =>
    async (keys) => {
      for (const key of keys) await operation(key)
    }
  let round = 0
  return {
    'getOrSet, warm': each((key) => plain.getOrSet(key, load)),
    'getOrSet, warm, 5 tags': each((key) => tagged.getOrSet(key, load, five)),
    'getOrSet, warm, list key': each((key) => list.getOrSet(parts.get(key) ?? [], load)),
    'get, warm': each((key) => plain.get(key)),
    // Ten times, as once is over too soon to be measured.
    'peek, 10 times': (keys) => {
      for (let time = 0; time < 10; time++) for (const key of keys) plain.peek(key)
    },
    'getOrSet, miss': (keys) => {
      const prefix = `${round++}:`
      return each((key) => small.getOrSet(prefix + key, load))(keys)
    },
    set: each((key) => set.set(key, value)),
    'getOrSetMany of 100, warm': async (keys) => {
      for (let from = 0; from < keys.length; from += 100) {
        await plain.getOrSetMany(keys.slice(from, from + 100), (missing) => missing.map(load))
      }
    },
    invalidateTags: each((key) => invalidated.invalidateTags([key])),
  }
}

/** Runs both versions, one right after the other in each round. */
export async function inMemoryAgainst(before: Version, now: Version, rounds: number): Promise<void> {
  const all = zipfKeys(KEYS, 100_000)
  const [old, ours] = [operations(before), operations(now)]
  const pairs: Pair[] = []
  for (const [name, run] of Object.entries(ours)) {
    const keys = name.includes('warm') || name.startsWith('peek') ? all : all.slice(0, FEW)
    const times = { before: [] as number[], now: [] as number[] }
    const sides = [
      ['before', old[name] as Run],
      ['now', run],
    ] as const
    for (let round = -2; round < rounds; round++) {
      // Who goes first takes turns.
      for (const [side, one] of round % 2 === 0 ? sides : sides.toReversed()) {
        globalThis.gc?.()
        const startedAt = process.cpuUsage()
        await one(keys)
        const { user, system } = process.cpuUsage(startedAt)
        const took = ((user + system) * 1e3) / keys.length
        if (round >= 0) times[side].push(took)
      }
    }
    pairs.push({ name, ...times })
  }
  printPairs('ns a key', pairs)
}
