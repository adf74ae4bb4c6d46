/**
 * Seeded randomness: sfc32, "Small Fast Chaotic", of Chris Doty-Humphrey's PractRand. 128 bits of state, a period of at
 * least 2^32, and no correlation between neighbouring seeds once the first outputs are thrown away.
 */
import { type Random, wrongOption } from '@hotpath/contract'

/** A seeded source of randomness: the same seed gives the same numbers. */
export interface SeededRandom extends Random {
  /** What it was made from, for the message of a failing test. */
  readonly seed: number
  /** A whole number from 0 up to but without `max`. */
  int(max: number): number
  /** One element of a list that is not empty. */
  pick<Item>(list: readonly Item[]): Item
  /** `true` with this probability. */
  chance(probability: number): boolean
  /** Another generator, whose numbers do not change when more are drawn from this one later. */
  fork(): SeededRandom
}

/** As many outputs as PractRand discards after seeding. */
const WARM_UP = 12

/**
 * Makes a seeded source of randomness.
 *
 * @param seed - Any safe integer.
 * @throws ConfigError for what is none: another seed would give the same numbers.
 */
export function createRandom(seed: number): SeededRandom {
  if (!Number.isSafeInteger(seed)) throw wrongOption('seed', 'a safe integer', seed, 'Use for example 42.')
  const next = sfc32(seed)
  const random = (): number => next() / 2 ** 32
  const int = (max: number): number => Math.floor(random() * max)

  function pick<Item>(list: readonly Item[]): Item {
    if (list.length === 0) throw new RangeError('`list` must not be empty. There is nothing to pick from.')
    return list[int(list.length)] as Item
  }

  return Object.assign(random, {
    seed,
    int,
    pick,
    chance: (probability: number) => random() < probability,
    fork: () => createRandom(next()),
  })
}

function sfc32(seed: number): () => number {
  let a = 0
  let b = seed | 0
  let c = Math.floor(seed / 2 ** 32) | 0
  let counter = 1

  function next(): number {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  for (let output = 0; output < WARM_UP; output++) next()
  return next
}
