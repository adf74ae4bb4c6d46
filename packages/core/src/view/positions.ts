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
  strengthInState,
} from '@hotpath/contract'
import { type MatcherScope, type PatternCompiler, covers, matcherOf } from './scope-matcher.ts'

/** What a table keeps positions of. */
export type IdKind = 'key' | 'tag'

/** The positions of one kind of ids. */
export interface IdPositions {
  /** Never below what was raised and not forgotten, save that anything up to `above` will do for what is not above it. */
  get(id: string, above: number): number
  /** Raises a position, and returns the highest one forgotten to make room (0: none). */
  raise(id: string, position: number): number
}

/** The positions of keys and tags of one strength. */
export interface IdTable extends Readonly<Record<IdKind, IdPositions>> {
  /** The highest position in it when it was made. */
  readonly highest: number
}

/** How many patterns and prefixes are kept apart before they raise the floor. */
const MAX_MATCHERS = /* bound: matchers */ 1_000

interface Matcher {
  readonly scope: MatcherScope
  readonly matches: (key: string) => boolean
  readonly position: number
}

class StrengthPositions {
  readonly #table: IdTable
  readonly #compile: PatternCompiler
  /** In the order of their positions. */
  readonly #matchers = new Map<string, Matcher>()
  #floor = 0
  /** Of all that was raised: whoever asks for more need not look. */
  #highest: number
  isCrowded = false

  constructor(table: IdTable, compile: PatternCompiler) {
    this.#table = table
    this.#compile = compile
    this.#highest = table.highest
  }

  raise(scope: Scope, position: number): void {
    if (position > this.#highest) this.#highest = position
    switch (scope.type) {
      case 'all':
        this.#raiseFloor(position)
        break
      case 'key':
        this.#raiseFloor(this.#table.key.raise(scope.key, position))
        break
      case 'tag':
        this.#raiseFloor(this.#table.tag.raise(scope.tag, position))
        break
      case 'prefix':
      case 'pattern':
        this.#match(scope, position)
        break
    }
  }

  at(key: string, tags: readonly string[], above: number): number {
    if (this.#highest <= above) return 0
    let highest = Math.max(this.#floor, this.#table.key.get(key, above))
    for (const tag of tags) highest = Math.max(highest, this.#table.tag.get(tag, above))
    if (this.#matchers.size === 0) return highest
    for (const matcher of this.#matchers.values()) {
      if (matcher.position > highest && matcher.matches(key)) highest = matcher.position
    }
    return highest
  }

  #raiseFloor(position: number): void {
    this.#floor = Math.max(this.#floor, position)
  }

  #match(scope: MatcherScope, position: number): void {
    const id = scope.type === 'prefix' ? `prefix ${scope.prefix}` : `pattern ${scope.pattern}`
    const known = this.#matchers.get(id)
    if (known !== undefined && known.position >= position) return
    // Moved to the end: the oldest come first. Records that came out of order cost the floor a little.
    this.#matchers.delete(id)
    this.#matchers.set(id, { scope, matches: known?.matches ?? matcherOf(scope, this.#compile), position })
    if (this.#matchers.size > MAX_MATCHERS) this.#makeRoom(scope, position)
  }

  /** Forgets what a new prefix covers, and if there is nothing, the oldest one, which concerns everything from then on. */
  #makeRoom(added: MatcherScope, position: number): void {
    for (const [id, { scope, position: before }] of this.#matchers) {
      if (scope !== added && before <= position && covers(added, scope)) this.#matchers.delete(id)
    }
    if (this.#matchers.size <= MAX_MATCHERS) return
    const [oldest] = this.#matchers
    if (oldest === undefined) return
    this.#matchers.delete(oldest[0])
    this.#raiseFloor(oldest[1].position)
    this.isCrowded = true
  }
}

export class Positions implements LogPositions {
  readonly #byStrength: Readonly<Record<Strength, StrengthPositions>>

  constructor(compile: PatternCompiler, table: (strength: Strength) => IdTable) {
    const of = (strength: Strength): StrengthPositions => new StrengthPositions(table(strength), compile)
    this.#byStrength = { hard: of('hard'), soft: of('soft') }
  }

  raise(record: Invalidation & Mark): void {
    this.#byStrength[strengthInState(record)].raise(record.scope, record.position)
  }

  get isCrowded(): boolean {
    return this.#byStrength.hard.isCrowded || this.#byStrength.soft.isCrowded
  }

  hardAt(key: string, tags: readonly string[], above = 0): number {
    return this.#byStrength.hard.at(key, tags, above)
  }

  softAt(key: string, tags: readonly string[], above = 0): number {
    return this.#byStrength.soft.at(key, tags, above)
  }
}
