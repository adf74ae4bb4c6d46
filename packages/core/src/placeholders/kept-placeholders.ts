/**
 * Placeholders of a cache. They come before the policy of its memory to see what is stored, and follow its log to hear what
 * is invalidated. Nothing judges them by position, as nobody knows where they come from.
 */
import { type Entry, type Invalidation, compilePattern } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import { type Evicted, PolicyFront } from '../memory/policy-front.ts'
import type { LogView } from '../view/log-view.ts'
import { matcherOf } from '../view/scope-matcher.ts'

const MAX_PLACEHOLDERS = /* bound: placeholders */ 1_000

interface Kept {
  readonly key: string
  readonly value: unknown
  /** On the cache's timeline. */
  readonly createdAt: number
  readonly tags: readonly string[]
}

interface Placed extends Kept {
  /** On the cache's timeline: what was expired for a time is gone after it. */
  goneAt: number
}

export class KeptPlaceholders extends PolicyFront {
  readonly #kept = new Map<string, Placed>()
  #engine: Engine | undefined
  /** View of the log that they were followed by; `undefined` before there is one. */
  #generation: number | undefined

  /** Follows the log of a cache, once. */
  follow(engine: Engine): this {
    if (this.#engine !== undefined) return this
    this.#engine = engine
    const { view, endings } = engine
    view.followers.add((record) => this.#invalidated(record))
    this.#hearAppends(view)
    endings.add(() => this.#kept.clear())
    this.#adopt()
    void view.beginning()?.then(() => this.#adopt())
    return this
  }

  /** Adds placeholders, the newest last. What is stored needs none. */
  add(placeholders: Iterable<Kept>): void {
    this.#adopt()
    for (const placeholder of placeholders) {
      const { key, value } = placeholder
      if (value === undefined || this.peek(key) !== undefined) continue
      this.#kept.delete(key)
      this.#kept.set(key, { ...placeholder, goneAt: Number.POSITIVE_INFINITY })
    }
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= MAX_PLACEHOLDERS) break
      this.#kept.delete(key)
    }
  }

  find(key: string): Kept | undefined {
    this.#adopt()
    const kept = this.#kept.get(key)
    if (kept === undefined || this.#now() < kept.goneAt) return kept
    this.#kept.delete(key)
    return undefined
  }

  override set(key: string, entry: Entry, bytes: number, evicted: Evicted): void {
    this.#kept.delete(key)
    super.set(key, entry, bytes, evicted)
  }

  /**
   * What this process invalidates before the view of the log is there is no record that the view will follow: it begins
   * after it.
   */
  #hearAppends(view: LogView): void {
    const append = view.append.bind(view)
    view.append = (invalidations, queue) => {
      if (!view.isThere) for (const invalidation of invalidations) this.#invalidated(invalidation)
      return append(invalidations, queue)
    }
  }

  /** With a new view of the log, records may have been missed; with the first one, nothing was. */
  #adopt(): void {
    const { view } = this.#engine as Engine
    if (!view.isThere || view.generation === this.#generation) return
    if (this.#generation !== undefined) this.#kept.clear()
    this.#generation = view.generation
  }

  /** What is expired stays, as it is stale anyway, unless it may be so for a time alone. */
  #invalidated(record: Invalidation): void {
    if (record.strength === 'hard') for (const { key } of this.#concerned(record)) this.#kept.delete(key)
    else if (record.forMs !== undefined) {
      const goneAt = this.#now() + record.forMs
      for (const kept of this.#concerned(record)) kept.goneAt = Math.min(kept.goneAt, goneAt)
    }
  }

  #concerned({ scope }: Invalidation): Placed[] {
    if (scope.type === 'key') return [this.#kept.get(scope.key) ?? []].flat()
    const all = [...this.#kept.values()]
    if (scope.type === 'all') return all
    if (scope.type === 'tag') return all.filter(({ tags }) => tags.includes(scope.tag))
    const matches = matcherOf(scope, compilePattern)
    return all.filter(({ key }) => matches(key))
  }

  #now(): number {
    return (this.#engine as Engine).elapsed()
  }
}
