/**
 * What a log knows of positions, hard and soft apart: a table of keys and tags, a list of patterns, and a floor.
 *
 * Invariant: an answer is never below the position of a record that concerns the entry. What is forgotten raises the
 * floor instead, so that everything loaded before it is outdated: a miss, never a stale read.
 *
 * Cost: a judgement is one look-up per tag and key and one test per pattern. Memory is bounded by the tables.
 */
import {
  type Invalidation,
  type LogPositions,
  type Mark,
  type Scope,
  type Strength,
  compilePattern,
  hasKeyPrefix,
} from '@hotpath/contract'

/** What a table keeps positions of. */
export type IdKind = 'key' | 'tag'

/** The positions of keys and tags of one strength. */
export interface IdTable {
  /** The highest position in it when it was made. */
  readonly highest: number
  /** Never below what was raised and not forgotten, save that anything up to `above` will do for what is not above it. */
  get(kind: IdKind, id: string, above: number): number
  /** Raises a position, and answers the highest one forgotten to make room (0: none). */
  raise(kind: IdKind, id: string, position: number): number
}

/** How many patterns and prefixes are kept apart before they raise the floor. */
const MAX_MATCHERS = 1_000

interface Matcher {
  readonly id: string
  readonly matches: (key: string) => boolean
  position: number
}

class Half {
  readonly #table: IdTable
  readonly #matchers: Matcher[] = []
  #floor = 0
  /** Of all that was raised: whoever asks for more need not look. */
  #highest: number

  constructor(table: IdTable) {
    this.#table = table
    this.#highest = table.highest
  }

  raise(scope: Scope, position: number): void {
    if (position > this.#highest) this.#highest = position
    switch (scope.type) {
      case 'all':
        this.#raiseFloor(position)
        break
      case 'key':
        this.#raiseFloor(this.#table.raise('key', scope.key, position))
        break
      case 'tag':
        this.#raiseFloor(this.#table.raise('tag', scope.tag, position))
        break
      case 'prefix':
        this.#match(`prefix ${scope.prefix}`, (key) => hasKeyPrefix(key, scope.prefix), position)
        break
      case 'pattern':
        this.#match(`pattern ${scope.pattern}`, compilePattern(scope.pattern), position)
        break
    }
  }

  at(key: string, tags: readonly string[], above: number): number {
    if (this.#highest <= above) return 0
    let highest = Math.max(this.#floor, this.#table.get('key', key, above))
    for (const tag of tags) highest = Math.max(highest, this.#table.get('tag', tag, above))
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

export class Positions implements LogPositions {
  readonly #halves: Readonly<Record<Strength, Half>>

  constructor(table: (strength: Strength) => IdTable) {
    this.#halves = { hard: new Half(table('hard')), soft: new Half(table('soft')) }
  }

  raise({ scope, strength, position }: Invalidation & Mark): void {
    this.#halves[strength].raise(scope, position)
  }

  hardAt(key: string, tags: readonly string[], above = 0): number {
    return this.#halves.hard.at(key, tags, above)
  }

  softAt(key: string, tags: readonly string[], above = 0): number {
    return this.#halves.soft.at(key, tags, above)
  }
}
