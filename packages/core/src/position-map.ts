/** Approximate cost of a map slot beyond the characters of its id. */
const SLOT_BYTES = 64

/** Bounds of an exact position table. */
export interface PositionLimits {
  readonly maxRecords: number
  readonly maxBytes: number
}

/**
 * The last position of each id, bounded. When it is full the ids that were raised longest ago are forgotten, and the
 * highest position forgotten is answered, for the owner to raise its floor to.
 */
export class PositionMap {
  readonly #limits: PositionLimits
  readonly #positions = new Map<string, number>()
  #bytes = 0

  constructor(limits: PositionLimits) {
    this.#limits = limits
  }

  get(id: string): number {
    return this.#positions.get(id) ?? 0
  }

  /** Raises the position of an id, and answers the highest position forgotten to make room (0: none). */
  raise(id: string, position: number): number {
    const before = this.#positions.get(id)
    if (before !== undefined) {
      if (before >= position) return 0
      // Deleting first moves the id to the end of the map's order.
      this.#positions.delete(id)
    } else {
      this.#bytes += costOf(id)
    }
    this.#positions.set(id, position)
    return this.#prune()
  }

  /** Highest position among ids that a test accepts. O(n): for inspection, never on a read. */
  get size(): number {
    return this.#positions.size
  }

  #prune(): number {
    let forgotten = 0
    while (this.#positions.size > this.#limits.maxRecords || this.#bytes > this.#limits.maxBytes) {
      const oldest = this.#positions.entries().next().value
      if (oldest === undefined) break
      this.#positions.delete(oldest[0])
      this.#bytes -= costOf(oldest[0])
      forgotten = Math.max(forgotten, oldest[1])
    }
    return forgotten
  }
}

function costOf(id: string): number {
  return SLOT_BYTES + id.length * 2
}
