/**
 * How often keys were used recently, in 8 to 16 bytes per entry.
 *
 * A count-min sketch (Cormode and Muthukrishnan 2005) of 4-bit counters: a key has one counter in each of four rows, and
 * its estimate is the smallest of them, which is never too low save for what ages. The four share one block of 64 bytes,
 * a cache line. So that counts fade, each counter is halved once per `10 × span` additions (Einziger, Friedman and Manes
 * 2017), by a hand that halves one block after another: no addition takes longer than the others.
 *
 * It doubles by repeating itself: each key finds its counters again in the half that one more bit of its hash chooses.
 */

/** Entries that the smallest sketch is made for: the use of fewer would be remembered for too short a time to compare. */
const FIRST_SPAN = 512
/** Entries per block, and 32-bit words per block: 16 counters of 4 bits for each entry. */
const BLOCK_ENTRIES = 8
const BLOCK_WORDS = 16
/** Additions between one block and the next, so that each block is halved once in `10 × span`. */
const AGING_STEP = 10 * BLOCK_ENTRIES
const ROWS = 4
const MAX_COUNT = 15
/** 2^32 divided by the golden ratio, made odd. */
const MULTIPLIER = 0x9e3779b1

export class FrequencySketch {
  /** How many entries it is made for: a power of two. */
  span: number = FIRST_SPAN
  #words = new Int32Array(FIRST_SPAN * 2)
  /** First word of the block that ages next. */
  #hand = 0
  #additions = 0

  /** From 0 to 15. */
  estimate(hash: number): number {
    const words = this.#words
    const block = this.#blockOf(hash)
    let least = MAX_COUNT
    for (let row = 0; row < ROWS; row++) {
      const index = hash >>> (row * 5)
      const count = ((words[block + row * 4 + ((index >>> 3) & 3)] as number) >>> ((index & 7) << 2)) & MAX_COUNT
      if (count < least) least = count
    }
    return least
  }

  add(hash: number): void {
    const words = this.#words
    const block = this.#blockOf(hash)
    for (let row = 0; row < ROWS; row++) {
      const index = hash >>> (row * 5)
      const at = block + row * 4 + ((index >>> 3) & 3)
      const shift = (index & 7) << 2
      if ((((words[at] as number) >>> shift) & MAX_COUNT) < MAX_COUNT) words[at] = (words[at] as number) + (1 << shift)
    }
    if (++this.#additions === AGING_STEP) this.#age()
  }

  /** Makes it large enough for so many entries. */
  fit(entries: number): void {
    if (entries <= this.span) return
    this.span *= 2
    const half = this.#words
    this.#words = new Int32Array(this.span * 2)
    this.#words.set(half)
    this.#words.set(half, half.length)
  }

  /** First word of a key's block. In each row, 5 bits of its hash choose among the 32 counters of the block. */
  #blockOf(hash: number): number {
    return ((mix(hash) >>> 6) & (this.span - BLOCK_ENTRIES)) << 1
  }

  #age(): void {
    for (let left = BLOCK_WORDS; left > 0; left--) {
      this.#words[this.#hand] = ((this.#words[this.#hand] as number) >>> 1) & 0x77777777
      this.#hand++
    }
    this.#hand &= this.span * 2 - 1
    this.#additions = 0
  }
}

/** 32 bits of a key, mixed by multiplication. Which keys collide depends on the seed, which nobody outside knows. */
export function hashOf(key: string, seed: number): number {
  let hash = seed
  for (let index = 0; index < key.length; index++) hash = mix(hash ^ key.charCodeAt(index))
  return mix(hash)
}

function mix(bits: number): number {
  const mixed = Math.imul(bits, MULTIPLIER)
  return mixed ^ (mixed >>> 15)
}
