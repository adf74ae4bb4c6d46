/**
 * Random sequences of operations, interleaved step by step, against a model of versions: each key's source has a
 * version that every write raises. After an invalidation that concerns a key was acknowledged, no later read may see
 * a version from before it. A failing seed is printed by fast-check and replays exactly.
 */
import { createFakeClock, createRandom, deferred, type Deferred, flush } from '@hotpath/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Cache, createCache, memory } from '../src/index.ts'

const KEYS = ['a', 'b', 'c'] as const
type Key = (typeof KEYS)[number]
/** Each key carries its own tag and the one it shares. */
const TAGS: Record<Key, readonly string[]> = { a: ['x'], b: ['x', 'y'], c: ['y'] }
const TTL_MS = 1_000

interface Read {
  readonly key: Key
  readonly floor: number
  readonly since: number
  readonly windowMs: number
  readonly answer: Promise<unknown>
}

class World {
  readonly clock = createFakeClock()
  readonly cache: Cache = createCache({
    name: 'model',
    tiers: [memory({ maxEntries: 2 })],
    clock: this.clock,
    random: createRandom(7),
    ttl: TTL_MS,
    staleWhileRevalidate: 500,
    staleIfError: 500,
    backoff: false,
  })
  /** Versions of the source, and the lowest that a read begun now may return. */
  readonly source: Record<Key, number> = { a: 1, b: 1, c: 1 }
  readonly floor: Record<Key, number> = { a: 1, b: 1, c: 1 }
  readonly loads: { readonly gate: Deferred<void>; readonly fail: () => void }[] = []
  readonly reads: Read[] = []

  load(key: Key): (context: { addTags(tags: readonly string[]): void }) => Promise<number> {
    return async ({ addTags }) => {
      // The source is read when the load begins: the worst case for staleness.
      const version = this.source[key]
      const gate = deferred()
      this.loads.push({ gate, fail: () => gate.reject(new Error('source down')) })
      await gate.promise
      addTags(TAGS[key])
      return version
    }
  }

  read(key: Key, how: 'getOrSet' | 'get'): void {
    const floor = this.floor[key]
    const options = how === 'get' ? {} : { tags: [] }
    const answer = how === 'get' ? this.cache.get(key) : this.cache.getOrSet(key, this.load(key), options)
    const read = { key, floor, since: this.clock.now(), windowMs: 0, answer }
    this.reads.push(read)
    void answer
      .then(
        (value) => {
          if (value !== undefined) expect(value, `${how} ${key}`).toBeGreaterThanOrEqual(floor)
          expect(value === undefined || (value as number) <= this.source[key]).toBe(true)
        },
        (error: unknown) => expect((error as Error).message).toBe('source down'),
      )
      .catch((error: unknown) => this.broken.push(error))
  }

  readonly broken: unknown[] = []

  async change(keys: readonly Key[], invalidate: () => Promise<unknown>): Promise<void> {
    for (const key of keys) this.source[key]++
    await invalidate()
    for (const key of keys) this.floor[key] = this.source[key]
  }
}

type Step = (world: World) => void | Promise<void>

const key = fc.constantFrom(...KEYS)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(key, fc.constantFrom('getOrSet', 'getOrSet', 'get')).map(
      ([k, how]): Step =>
        (world) =>
          world.read(k, how),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.nat(8).map(
      (index): Step =>
        (world) =>
          world.loads.splice(index % Math.max(1, world.loads.length), 1)[0]?.gate.resolve(),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(8).map(
      (index): Step =>
        (world) =>
          world.loads.splice(index % Math.max(1, world.loads.length), 1)[0]?.fail(),
    ),
  },
  {
    weight: 1,
    arbitrary: key.map(
      (k): Step =>
        (world) =>
          world.change([k], () => world.cache.delete(k)),
    ),
  },
  {
    weight: 1,
    arbitrary: key.map(
      (k): Step =>
        (world) =>
          world.change([k], () => world.cache.set(k, world.source[k], { tags: TAGS[k] })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('x', 'y').map(
      (tag): Step =>
        (world) =>
          world.change(
            KEYS.filter((k) => TAGS[k].includes(tag)),
            () => world.cache.invalidateTags([tag]),
          ),
    ),
  },
  {
    weight: 1,
    arbitrary: key.map(
      (k): Step =>
        (world) =>
          world.change([k], () => world.cache.invalidatePattern(`${k}*`)),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.change(KEYS, () => world.cache.clear())) },
  {
    weight: 1,
    arbitrary: key.map(
      (k): Step =>
        async (world) =>
          void (await world.cache.expire(k)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(1_500).map(
      (ms): Step =>
        (world) =>
          world.clock.advance(ms),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>(async (world) => void (await world.cache.purgeExpired())) },
  { weight: 2, arbitrary: fc.constant<Step>(() => flush()) },
)

test('P1, P2, P7: no interleaving lets a read see what an acknowledged invalidation outdated', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
      const world = new World()
      for (const one of steps) {
        await one(world)
        expect(world.broken).toEqual([])
      }
      for (let round = 0; round < 4; round++) {
        for (const { gate } of world.loads.splice(0)) gate.resolve()
        await flush()
      }
      expect(world.broken).toEqual([])
      // Nobody is left waiting once all loads have ended.
      await Promise.allSettled(world.reads.map(({ answer }) => answer))
      await world.cache.close()
      expect(world.clock.pending).toBe(0)
    }),
    { numRuns: 400 },
  )
}, 60_000)
