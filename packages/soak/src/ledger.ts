/**
 * The entries that have to be there: each was stored by a write that was acknowledged or by a load, is invalidated by
 * nobody, lives longer than the soak, and has room. One that is gone needs a reason.
 */
import type { FaultTimes } from './fault-times.ts'

/** An entry that was stored. Times are milliseconds since 1970, by a clock that only grows. */
export interface Kept {
  readonly key: string
  readonly version: number
  /** Of the write or load; a batch says how large it was. */
  readonly how: string
  /** Position of the write in the log; `undefined` for a load, which other processes need not hear of. */
  readonly token: string | undefined
  /** When its write or load began. */
  readonly from: number
  /** When it ended. */
  readonly at: number
  /** Whether it has to be in the store: no fault was reported meanwhile. One that is not sure may be found there. */
  readonly isSure: boolean
}

/** An entry that a process does not find, although it finds what it has just written. */
export interface Gone {
  readonly key: string
  readonly version: number
  /** What the process sees instead. */
  readonly state: string
  readonly at: number
}

/** What became of an entry that is gone. */
export type Loss =
  | { readonly type: 'lost'; readonly line: string }
  | { readonly type: 'excused'; readonly reason: string }

export class Ledger {
  readonly #faults: FaultTimes
  readonly #kept = new Map<string, Kept>()
  readonly #losses: Loss[] = []

  constructor(faults: FaultTimes) {
    this.#faults = faults
  }

  /** Those that have to be there. */
  get kept(): readonly Kept[] {
    return [...this.#kept.values()]
  }

  get losses(): readonly Loss[] {
    return this.#losses
  }

  /** Its owner is about to write it. Until that has succeeded nobody knows what is there. */
  writing(key: string): void {
    this.#kept.delete(key)
  }

  stored(kept: Kept): void {
    this.#kept.set(kept.key, kept)
  }

  /** A process that had not stored it has found it. */
  seen(key: string, version: number): void {
    const kept = this.#kept.get(key)
    if (kept?.version === version) this.#kept.set(key, { ...kept, isSure: true })
  }

  /** Judges an entry that is gone. Returns whether it was among those that had to be there. */
  gone(gone: Gone): boolean {
    const kept = this.#kept.get(gone.key)
    if (kept?.version !== gone.version) return false
    this.#kept.delete(gone.key)
    this.#losses.push(lossOf(kept, gone, this.#faults))
    return true
  }
}

function lossOf(kept: Kept, gone: Gone, faults: FaultTimes): Loss {
  const fault = faults.between(kept.from, gone.at)
  if (fault !== undefined) return { type: 'excused', reason: fault }
  if (!kept.isSure) return { type: 'excused', reason: 'a fault was reported while it was stored' }
  const ageMs = Math.round(gone.at - kept.at)
  return { type: 'lost', line: `${kept.key} of version ${kept.version} (${kept.how}): ${gone.state} after ${ageMs} ms` }
}
