/** Makes a generator of numbers from 0 up to but without 1: the same seed gives the same numbers (xorshift, Marsaglia 2003). */
export function createRandom(seed: number): () => number {
  // Zero is the one state that xorshift never leaves.
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Makes a chooser of ranks 0 to `count` - 1, the one of rank n in proportion to 1 / (n + 1): Zipf's law. */
export function createZipf(count: number, random: () => number): () => number {
  const reach = new Float64Array(count)
  let total = 0
  for (let rank = 0; rank < count; rank++) {
    total += 1 / (rank + 1)
    reach[rank] = total
  }
  return () => {
    const target = random() * total
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((reach[middle] as number) < target) low = middle + 1
      else high = middle
    }
    return low
  }
}
