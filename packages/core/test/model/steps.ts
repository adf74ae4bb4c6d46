/** The steps of a random sequence: each does the same to a real cache and to the reference. */
import * as fc from 'fast-check'
import { NAMES } from './names.ts'
import type { Strength } from './reference-cache.ts'
import type { World } from './world.ts'

export type Step = (world: World) => Promise<void> | void

const name = fc.constantFrom(...NAMES)
const tags = fc.constantFrom<readonly string[]>([], ['x'], ['y'], ['x', 'y'])
const value = fc.constantFrom<unknown>('text', 0, false, '', null)
const lot = fc.nat(30)
/** So short that two of them in one test are apart. */
const how = fc.constantFrom<Strength>({ hard: true }, { hard: false }, { hard: false, forMs: 7 })
const soft = fc.constantFrom<Strength>({ hard: false }, { hard: false, forMs: 7 })

/** A step, how often it comes, and its name for a report. */
function kind<Input>(
  weight: number,
  what: string,
  input: fc.Arbitrary<Input>,
  step: (world: World, input: Input) => Promise<void> | void,
): fc.WeightedArbitrary<Step> {
  const named = (given: Input): Step =>
    Object.assign((world: World) => step(world, given), {
      [fc.toStringMethod]: () => `${what}(${given === undefined ? '' : fc.stringify(given)})`,
    })
  return { weight, arbitrary: input.map(named) }
}

export const steps: fc.Arbitrary<Step> = fc.oneof(
  kind(10, 'getOrSet', fc.record({ name, tags, refresh: fc.constantFrom(false, false, false, true) }), (world, input) =>
    world.getOrSet(input),
  ),
  kind(3, 'getOrSetMany', fc.record({ names: fc.array(name, { minLength: 1, maxLength: 4 }), tags }), (world, input) =>
    world.getOrSetMany(input),
  ),
  kind(
    4,
    'read',
    fc.record({ name, stale: fc.boolean(), judgedBy: fc.constantFrom(undefined, undefined, ['z']) }),
    (world, input) => world.read(input),
  ),
  kind(2, 'isCurrent', fc.record({ name, tags, back: fc.nat(5) }), (world, input) => world.isCurrent(input)),
  kind(
    8,
    'land',
    fc.record({
      lot,
      lateTags: tags,
      ttl: fc.constantFrom(undefined, undefined, undefined, 50, 0),
      skip: fc.constantFrom(false, false, false, false, true),
      notModified: fc.constantFrom(false, false, true),
      value: fc.constantFrom<unknown>('unique', 'unique', 'unique', null, 0, undefined),
    }),
    (world, input) => world.land(input),
  ),
  kind(2, 'fail', lot, (world, index) => world.fail(index)),
  kind(2, 'abort', lot, (world, index) => world.abort(index)),
  kind(2, 'set', fc.record({ name, tags, value }), (world, input) => world.set(input)),
  kind(1, 'setAsOf', fc.record({ name, tags, value, back: fc.nat(5) }), (world, input) => world.setAsOf(input)),
  kind(1, 'setMany', fc.record({ names: fc.array(name, { maxLength: 3 }), tags, value }), (world, input) =>
    world.setMany(input),
  ),
  kind(1, 'delete', name, (world, one) => world.delete(one)),
  kind(1, 'deleteMany', fc.array(name, { maxLength: 3 }), (world, names) => world.deleteMany(names)),
  kind(1, 'expire', fc.record({ name, how: soft }), (world, input) => world.expire(input)),
  kind(2, 'invalidateTag', fc.record({ tag: fc.constantFrom('x', 'y', 'z'), how }), (world, input) =>
    world.invalidateTag(input),
  ),
  kind(1, 'invalidatePrefix', fc.record({ inNamespace: fc.boolean(), how }), (world, input) =>
    world.invalidatePrefix(input),
  ),
  kind(1, 'invalidatePattern', fc.record({ inNamespace: fc.boolean(), how }), (world, input) =>
    world.invalidatePattern(input),
  ),
  kind(1, 'clear', fc.record({ inNamespace: fc.boolean(), how }), (world, input) => world.clear(input)),
  kind(1, 'invalidate', fc.record({ name, tag: fc.constantFrom('x', 'y'), how }), (world, input) =>
    world.invalidate(input),
  ),
  kind(3, 'advance', fc.constantFrom(1, 6, 49, 299, 400, 500, 999, 1_000, 2_000), (world, ms) => world.advance(ms)),
  kind(1, 'purge', fc.constant(undefined), (world) => world.purge()),
)
