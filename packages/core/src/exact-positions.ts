/**
 * Positions of an in-process log, kept exactly, one per key and tag.
 *
 * Invariant: an answer is never below the position of a record that concerns the entry. What is forgotten raises the
 * floor instead, so that everything loaded before it is outdated: a miss, never a stale read.
 *
 * Cost: a judgement is one look-up per tag and key and one test per pattern. Memory is bounded by the limits.
 */
import { type Invalidation, type LogPositions, type Mark, compilePattern, hasKeyPrefix } from '@hotpath/contract'
import { type PositionLimits, PositionMap } from './position-map.ts'

/** How many patterns and prefixes are kept apart before they raise the floor. */
const MAX_MATCHERS = 1_000

interface Matcher {
  readonly id: string
  readonly matches: (key: string) => boolean
  position: number
}

/** One strength's half of the table. */
class Half {
  readonly #keys: PositionMap
  readonly #tags: PositionMap
  readonly #matchers: Matcher[] = []
  #floor = 0

  constructor(limits: PositionLimits) {
    this.#keys = new PositionMap(limits)
    this.#tags = new PositionMap(limits)
  }

  raise({ scope, position }: Invalidation & Mark): void {
    switch (scope.type) {
      case 'all':
        this.#raiseFloor(position)
        break
      case 'key':
        this.#raiseFloor(this.#keys.raise(scope.key, position))
        break
      case 'tag':
        this.#raiseFloor(this.#tags.raise(scope.tag, position))
        break
      case 'prefix':
        this.#match(`prefix ${scope.prefix}`, (key) => hasKeyPrefix(key, scope.prefix), position)
        break
      case 'pattern':
        this.#match(`pattern ${scope.pattern}`, compilePattern(scope.pattern), position)
        break
    }
  }

  at(key: string, tags: readonly string[]): number {
    let highest = Math.max(this.#floor, this.#keys.get(key))
    for (const tag of tags) highest = Math.max(highest, this.#tags.get(tag))
    for (const matcher of this.#matchers) {
      if (matcher.position > highest && matcher.matches(key)) highest = matcher.position
    }
    return highest
  }

  #raiseFloor(position: number): void {
    this.#floor = Math.max(this.#floor, position)
  }

  #match(id: string, matches: (key: string) => boolean, position: number): void {
    const known = this.#matchers.find((matcher) => matcher.id === id)
    if (known !== undefined) {
      known.position = Math.max(known.position, position)
      return
    }
    this.#matchers.push({ id, matches, position })
    if (this.#matchers.length > MAX_MATCHERS) this.#raiseFloor(this.#matchers.shift()?.position ?? 0)
  }
}

export class ExactPositions implements LogPositions {
  readonly #hard: Half
  readonly #soft: Half

  constructor(limits: PositionLimits) {
    this.#hard = new Half(limits)
    this.#soft = new Half(limits)
  }

  raise(record: Invalidation & Mark): void {
    const half = record.strength === 'hard' ? this.#hard : this.#soft
    half.raise(record)
  }

  hardAt(key: string, tags: readonly string[]): number {
    return this.#hard.at(key, tags)
  }

  softAt(key: string, tags: readonly string[]): number {
    return this.#soft.at(key, tags)
  }
}
