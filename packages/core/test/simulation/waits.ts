/**
 * P1, second half: nobody waits for a load that is known to be outdated. When a load ends and nothing else is being done
 * for its key, a read that began after an invalidation must have its answer.
 */
import { type Checker, showCall } from './checker.ts'
import type { Call, History, Party } from './history.ts'
import type { Machine } from './machine.ts'

interface Waiting {
  readonly key: string
  readonly startedAt: number
}

interface Load {
  readonly key: string
  readonly startedAt: number
  /** Declared so far, and when. */
  tags: readonly { readonly tag: string; readonly at: number }[]
}

export class Waits {
  readonly #party: Party
  readonly #machine: Machine
  readonly #checker: Checker
  readonly #history: History
  readonly #waiting = new Set<Waiting>()
  readonly #doing = new Map<string, number>()

  constructor(party: Party, machine: Machine, checker: Checker, history: History) {
    this.#party = party
    this.#machine = machine
    this.#checker = checker
    this.#history = history
  }

  /** A tier or a loader is asked for a key; answers with what to call when it has answered. */
  asks(key: string): () => void {
    const count = (by: number): void => void this.#doing.set(key, (this.#doing.get(key) ?? 0) + by)
    let isOver = false
    count(1)
    return () => {
      if (!isOver) count(-1)
      isOver = true
    }
  }

  /** A read begins; answers with what to call when it has its answer. */
  begins(key: string, startedAt: number): () => void {
    const waiting = { key, startedAt }
    this.#waiting.add(waiting)
    return () => void this.#waiting.delete(waiting)
  }

  /** A load is about to end. */
  ends(load: Load): void {
    if (this.#doing.get(load.key) !== 1 || this.#machine.turns > 0) return
    for (const { key, startedAt } of this.#waiting) {
      if (key !== load.key || startedAt < load.startedAt) continue
      const tags = load.tags.filter(({ at }) => at < startedAt).map(({ tag }) => tag)
      for (const call of this.#history.calls) {
        if (call.what.strength === 'soft' || call.calledAt < load.startedAt) continue
        if (!this.#isKnown(call, startedAt) || !call.matches({ key, tags })) continue
        this.#checker.checks++
        this.#checker.fail(
          'P1',
          `${this.#party.name} let a read of ${key}, begun at ${startedAt}, wait for a load of ${load.startedAt} [${tags.join(', ')}] that is outdated by ${showCall(call)}`,
        )
      }
    }
  }

  #isKnown(call: Call, startedAt: number): boolean {
    if (call.isVoid) return false
    return (
      (call.party === this.#party && !call.isStandIn ? call.calledAt : (this.#party.heard.get(call) ?? Infinity)) <
      startedAt
    )
  }
}
