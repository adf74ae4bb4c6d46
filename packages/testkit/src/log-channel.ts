import type { LogFollower } from '@hotpath/contract'

/** What stands between a log and one follower. */
export interface LogChannel extends LogFollower {
  /** Ends all delivery, also of what is under way. Idempotent. */
  close(): void
}

/**
 * Makes a channel that passes deliveries on at once until it is closed. A follower that throws may have missed a
 * record, so it is told to look again; one that throws even then is left alone.
 */
export function gate(follower: LogFollower): LogChannel {
  let open = true

  function interrupted(cause?: unknown): void {
    if (!open) return
    try {
      follower.interrupted(cause)
    } catch {
      // There is nobody left to tell, and the log must not suffer from it.
    }
  }

  return {
    record(record) {
      if (!open) return
      try {
        follower.record(record)
      } catch (error) {
        interrupted(error)
      }
    },
    interrupted,
    close() {
      open = false
    },
  }
}
