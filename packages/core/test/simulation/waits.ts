/**
 * P1, second half: nobody waits for a load that is known to be outdated. When a load ends and nothing else is being done
 * for its key, a read that began after an invalidation must have its answer.
 */
import { type Checker, showCall } from './checker.ts'
import type { Call, History, Party } from './history.ts'
import type { Machine } from './machine.ts'

/** The cache's `tierTimeout`, and how late a timer may be. */
const BEGIN_MS = 1_000
const SLACK_MS = 10

interface Waiting {
  readonly key: string
  readonly startedAt: number
  /** On the clock of the machine. */
  readonly sinceMs: number
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
  readonly #hasView: () => boolean
  readonly #waiting = new Set<Waiting>()
  readonly #doing = new Map<string, number>()

  /** @param hasView - Whether the cache has a view of the log. */
  constructor(party: Party, machine: Machine, checker: Checker, history: History, hasView: () => boolean) {
    this.#party = party
    this.#machine = machine
    this.#checker = checker
    this.#history = history
    this.#hasView = hasView
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
    const waiting = { key, startedAt, sinceMs: this.#machine.monotonic() }
    this.#waiting.add(waiting)
    return () => void this.#waiting.delete(waiting)
  }

  /** A load is about to end. */
  ends(load: Load): void {
    if (this.#doing.get(load.key) !== 1 || this.#machine.turns > 0) return
    for (const { key, startedAt, sinceMs } of this.#waiting) {
      if (key !== load.key || startedAt < load.startedAt || this.#mayWaitForView(sinceMs)) continue
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

  /** A read waits for the view of the log before it looks for a load to join. */
  #mayWaitForView(sinceMs: number): boolean {
    return !this.#hasView() && this.#machine.monotonic() - sinceMs <= BEGIN_MS + SLACK_MS
  }

  #isKnown(call: Call, startedAt: number): boolean {
    if (call.isVoid) return false
    return (
      (call.party === this.#party && !call.isStandIn ? call.calledAt : (this.#party.heard.get(call) ?? Infinity)) <
      startedAt
    )
  }
}
