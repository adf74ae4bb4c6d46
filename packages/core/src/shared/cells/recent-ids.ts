/** Approximate cost of a map slot beyond the characters of its id. */
const SLOT_BYTES = 64

/** Bounds of what is kept exactly. */
export interface RecentLimits {
  readonly maxIds: number
  readonly maxBytes: number
}

/** The exact positions of the ids that were raised last, in the order in which they came; bounded. */
export class RecentIds {
  readonly #limits: RecentLimits
  readonly #positions = new Map<string, number>()
  #bytes = 0

  constructor(limits: RecentLimits) {
    this.#limits = limits
  }

  get(id: string): number {
    return this.#positions.get(id) ?? 0
  }

  /** Raises a position; tells `forget` of each id that has to go to make room. */
  raise(id: string, position: number, forget: (id: string, position: number) => void): void {
    const before = this.#positions.get(id)
    if (before === undefined) this.#bytes += bytesOf(id)
    if (/* rule: raise-ids */ before === undefined || before < position) this.#positions.set(id, position)
    while (this.#positions.size > this.#limits.maxIds || this.#bytes > this.#limits.maxBytes) {
      const [oldest] = this.#positions
      if (oldest === undefined) return
      this.#positions.delete(oldest[0])
      this.#bytes -= bytesOf(oldest[0])
      forget(...oldest)
    }
  }
}

function bytesOf(id: string): number {
  return SLOT_BYTES + id.length * 2
}
