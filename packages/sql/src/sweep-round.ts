/** What a round of sweeping takes. */
export interface RoundParts {
  /** Whether it is our turn: one process at a time sweeps, however many there are. */
  claim(): Promise<boolean>
  /** Removes some of what has expired; `true` when there may be more. */
  expired(): Promise<boolean>
  /** How many entries there are over the bound. */
  excess(): Promise<number>
  /** Removes that many of what would expire soonest. */
  evict(count: number): Promise<void>
}

/** Entries of one batch. */
export const SWEEPS = 500
/** How long one statement may take: nobody waits for it, and a large table takes long to count. */
export const SWEEP_LIMIT_MS = 60_000
/** How long a claim lasts. */
export const CLAIM_MS = 15_000
/** How long an ended lease is kept, for its fencing token. */
export const LEASE_KEPT_MS = 60_000
/** Rows over the bound that one round takes care of. */
export const MAX_EVICTED = 50_000

/** A round is many batches, claimed once: what has expired goes first, then what is over the bound. */
export function createRound({ claim, expired, excess, evict }: RoundParts): () => Promise<boolean> {
  let isOurs = false
  let toEvict: number | undefined

  async function batch(): Promise<boolean> {
    if (await expired()) return true
    // Counted once a round, as it takes long in a large table.
    toEvict ??= await excess()
    if (toEvict === 0) return false
    const count = Math.min(toEvict, SWEEPS)
    await evict(count)
    toEvict -= count
    return toEvict > 0
  }

  return async () => {
    if (!isOurs) {
      isOurs = await claim()
      toEvict = undefined
    }
    if (!isOurs) return false
    try {
      isOurs = await batch()
    } catch (error) {
      isOurs = false
      throw error
    }
    return isOurs
  }
}
