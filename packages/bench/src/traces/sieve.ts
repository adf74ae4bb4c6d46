/**
 * SIEVE (Zhang, Yang, Yue, Vigfusson and Rashmi 2024): FIFO with a hand that goes from the oldest to the newest, passes by
 * what was used since it last came, and evicts the first that was not. What it passes stays where it is.
 */
import type { Simulated, Trace } from './policy.ts'

export function sieve(capacity: number, { keys }: Trace): Simulated {
  const older = new Int32Array(keys + 1).fill(keys)
  const newer = new Int32Array(keys + 1).fill(keys)
  /** 0: not stored; 1: not used since the hand came by; 2: used. */
  const states = new Uint8Array(keys)
  let hand = keys
  let size = 0
  const evict = (): void => {
    if (hand === keys) hand = newer[keys] as number
    while (states[hand] === 2) {
      states[hand] = 1
      hand = newer[hand] as number
      if (hand === keys) hand = newer[keys] as number
    }
    const gone = hand
    const [before, after] = [older[gone] as number, newer[gone] as number]
    newer[before] = after
    older[after] = before
    states[gone] = 0
    hand = after
    size--
  }
  return (key) => {
    if (states[key] !== 0) {
      states[key] = 2
      return true
    }
    if (size >= capacity) evict()
    const newest = older[keys] as number
    older[key] = newest
    newer[key] = keys
    newer[newest] = key
    older[keys] = key
    states[key] = 1
    size++
    return false
  }
}
