/**
 * How often keys that are gone were used recently, in 2 to 4 bytes per entry that there is room for.
 *
 * A count-min sketch (Cormode and Muthukrishnan 2005) of 4-bit counters: a key has one counter in each of four rows, and
 * its count is the smallest of them, which is never too low save for what ages. The four share one block of 64 bytes, a
 * cache line. So that counts fade, each is halved now and then (Einziger, Friedman and Manes 2017), by a hand that halves
 * one block after another: no use takes longer than the others.
 *
 * It doubles by repeating itself: each key finds its counters again in the half that one more bit of its hash chooses.
 */
import { BLOCK, FIRST_WORDS, MAX_COUNT, ROWS } from './slot-table.ts'

/** 2^32 divided by the golden ratio, made odd. */
const MULTIPLIER = 0x9e3779b1

export class FrequencySketch {
  /** Of eight counters each, for two entries. */
  #words = new Int32Array(FIRST_WORDS)
  /** First word of the block that ages next. */
  #hand = 0

  /** Makes the count of a key at least so much, and returns what it was: 0 to 15. */
  raise(hash: number, to: number): number {
    const words = this.#words
    const block = (mix(hash) >>> 6) & (words.length - BLOCK)
    let least = MAX_COUNT
    // In each row, 5 bits of the hash choose among the 32 counters of the block.
    for (let row = 0; row < ROWS; row++) {
      const index = hash >>> (row * 5)
      const at = block + row * 4 + ((index >>> 3) & 3)
      const shift = (index & 7) << 2
      const word = words[at] as number
      const count = (word >>> shift) & MAX_COUNT
      if (count < to) words[at] = word + ((to - count) << shift)
      if (count < least) least = count
    }
    return least
  }

  /** Makes it large enough for so many entries. */
  fit(entries: number): void {
    if (entries <= this.#words.length * 2) return
    const half = this.#words
    this.#words = new Int32Array(half.length * 2)
    this.#words.set(half)
    this.#words.set(half, half.length)
  }

  /** Halves the counts of a block, and returns which: the number of its first word. */
  age(): number {
    const words = this.#words
    const first = this.#hand
    let at = first
    while (at < first + BLOCK) words[at] = ((words[at++] as number) >>> 1) & 0x77777777
    this.#hand = at & (words.length - 1)
    return first
  }
}

/** 32 bits of a key, mixed by multiplication. Which keys collide depends on the seed, which nobody outside knows. */
export function hashOf(key: string, seed: number): number {
  let hash = seed | 0
  for (let index = 0; index < key.length; index++) hash = mix(hash ^ key.charCodeAt(index))
  return mix(hash)
}

function mix(bits: number): number {
  const mixed = Math.imul(bits, MULTIPLIER)
  return mixed ^ (mixed >>> 15)
}
