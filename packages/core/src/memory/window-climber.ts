/**
 * Which share of the room the window has.
 *
 * Hill climbing (Einziger, Eytan, Friedman and Manes 2018), by hit density instead of by hit ratio: of window and main
 * region, the one with more hits for its share of the room grows. One sample says which way, where the hit ratio takes two
 * samples of the same load.
 */

/** Good for most loads: a smaller window misses what is used again soon, a larger one what is used often. */
export const FIRST_SHARE = 0.1
const MIN_SHARE = 0.01
const MAX_SHARE = 0.95
const STEP = 0.02

/** The share after a sample of hits. */
export function nextShare(share: number, windowHits: number, hits: number): number {
  return Math.min(Math.max(share + Math.sign(windowHits - share * hits) * STEP, MIN_SHARE), MAX_SHARE)
}
