/** Approximate cost of a map slot beyond the characters of its id. */
const SLOT_BYTES = 64

/** Bounds of an exact position table. */
export interface PositionLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/**
 * The last position of each id, bounded: two generations of a map. A new id goes into the young one; when that is
 * full, the old one is forgotten and the young one takes its place.
 *
 * Why not least recently raised: moving an id to the end of a `Map` is a deletion and an insertion, and those cost many
 * times as much as raising a number in place. The price is that half of the table is forgotten at once.
 */
export class PositionMap {
  readonly #maxIds: number
  readonly #maxBytes: number
  #young = new Map<string, number>()
  #old = new Map<string, number>()
  #youngBytes = 0

  /** @param limits - Of both generations together. */
  constructor(limits: PositionLimits) {
    this.#maxIds = Math.ceil(limits.maxEntries / 2)
    this.#maxBytes = limits.maxBytes / 2
  }

  get(id: string): number {
    return this.#young.get(id) ?? this.#old.get(id) ?? 0
  }

  /** Raises the position of an id, and answers the highest position forgotten to make room (0: none). */
  raise(id: string, position: number): number {
    const before = this.#young.get(id)
    if (before !== undefined) {
      if (before < position) this.#young.set(id, position)
      return 0
    }
    if ((this.#old.get(id) ?? 0) >= position) return 0
    this.#young.set(id, position)
    this.#youngBytes += SLOT_BYTES + id.length * 2
    return this.#young.size > this.#maxIds || this.#youngBytes > this.#maxBytes ? this.#age() : 0
  }

  #age(): number {
    let forgotten = 0
    for (const position of this.#old.values()) forgotten = Math.max(forgotten, position)
    this.#old = this.#young
    this.#young = new Map()
    this.#youngBytes = 0
    return forgotten
  }
}
