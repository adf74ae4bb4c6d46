/** What becomes of keys when their call has ended: answers, another attempt, or the search for those that make it fail. */
import { delayAfter } from '../retry/backoff.ts'
import { isolate } from './isolate.ts'
import { type Item, batchOf, regroup } from './item.ts'
import type { PendingItems } from './pending.ts'
import { type Outcome, type RunTools, startRun } from './run.ts'
import type { MemoStore } from '../share/memo-store.ts'
import { retryAfterMs } from '../retry/retry-after.ts'
import { startTimer } from '../time/system-clock.ts'

/** What it needs of its batcher. */
export interface OutcomeTools<Key> {
  readonly run: RunTools<Key>
  readonly pending: PendingItems<Key>
  readonly kept: MemoStore | undefined
  /** The place of a call is free. */
  release(): void
  /** Loads again, as soon as there is a place. */
  sendAgain(items: readonly Item<Key>[], attempt: number): void
}

/** What is done with outcomes. */
export interface Outcomes<Key> {
  /** A call has ended. */
  settle(items: readonly Item<Key>[], attempt: number, outcome: Outcome): void
  /** One key has its value. */
  succeed(item: Item<Key>, value: unknown): void
  /** One key has failed. */
  fail(item: Item<Key>, error: unknown): void
}

/** Failures that say nothing of a key: to divide the batch would not find one. */
const OF_NO_KEY: ReadonlySet<unknown> = new Set([
  'ERR_REQUEST_TIMEOUT',
  'ERR_REQUEST_RESULT',
  'ERR_REQUEST_CIRCUIT_OPEN',
  'ERR_REQUEST_QUEUE_FULL',
])

/** Makes what settles the calls of one batcher. */
export function createOutcomes<Key>({ run, pending, kept, release, sendAgain }: OutcomeTools<Key>): Outcomes<Key> {
  const { plan } = run
  const { name, clock, events } = plan

  function settle(items: readonly Item<Key>[], attempt: number, { answers, error }: Outcome): void {
    if (answers !== undefined) {
      release()
      deliver(items, answers, attempt)
      return
    }
    const verdict = judge(error, attempt)
    // Where `when` has thrown, that is what everybody should hear of.
    if (!verdict.again && verdict.error === error && mayIsolate(items, error)) {
      void search(items, attempt).finally(release)
      return
    }
    release()
    if (verdict.again) retry(items, [error], attempt)
    else failAll(items, verdict.error)
  }

  function deliver(items: readonly Item<Key>[], answers: readonly unknown[], attempt: number): void {
    const failed: Item<Key>[] = []
    const errors: unknown[] = []
    for (let index = 0; index < items.length; index++) {
      const item = items[index] as Item<Key>
      const answer = answers[index]
      if (!(answer instanceof Error)) {
        succeed(item, answer)
        continue
      }
      const verdict = judge(answer, attempt)
      if (verdict.again) {
        errors.push(answer)
        failed.push(item)
      } else fail(item, verdict.error)
    }
    if (failed.length > 0) retry(failed, errors, attempt)
  }

  function succeed(item: Item<Key>, value: unknown): void {
    // Forgotten meanwhile: it was loaded before that, and is for those who asked before.
    if (pending.remove(item) && value !== undefined) kept?.set(item.id, value, Number.POSITIVE_INFINITY)
    item.resolve(value)
  }

  function fail(item: Item<Key>, error: unknown): void {
    pending.remove(item)
    item.reject(error)
  }

  function failAll(items: readonly Item<Key>[], error: unknown): void {
    for (const item of items) fail(item, error)
  }

  /** Whether to load again what failed, and what it failed with if not: `when` is the user's, and may throw. */
  function judge(error: unknown, attempt: number): { readonly again: boolean; readonly error: unknown } {
    try {
      return { again: attempt < plan.attempts && plan.when(error, attempt), error }
    } catch (thrown) {
      return { again: false, error: thrown }
    }
  }

  function retry(items: readonly Item<Key>[], errors: readonly unknown[], attempt: number): void {
    try {
      retryLater(items, errors, attempt)
    } catch (thrown) {
      // `random` is the user's, too.
      failAll(items, thrown)
    }
  }

  function retryLater(items: readonly Item<Key>[], errors: readonly unknown[], attempt: number): void {
    const toldMs = Math.max(0, ...errors.map((error) => retryAfterMs(error, clock.now()) ?? 0))
    if (toldMs > plan.backoff.maxMs) {
      for (const [index, item] of items.entries()) fail(item, errors[index] ?? errors[0])
      return
    }
    const delayMs = Math.max(toldMs, delayAfter(plan.backoff, attempt))
    if (events?.wants('retry') === true) events.emit({ type: 'retry', name, attempt: attempt + 1, delayMs })
    const delay = startTimer(clock, delayMs, () => sendAgain(items, attempt + 1))
    let left = waitedFor(items).length
    const leave = (): void => {
      if (--left === 0) delay.cancel()
    }
    regroup(items, { leave })
  }

  function mayIsolate(items: readonly Item<Key>[], error: unknown): boolean {
    if (!plan.isolate || items.length === 1) return false
    if (OF_NO_KEY.has((error as { readonly code?: unknown } | null | undefined)?.code)) return false
    return waitedFor(items).length > 0
  }

  function search(items: readonly Item<Key>[], attempt: number): Promise<void> {
    const ask = (part: readonly Item<Key>[]): Promise<{ readonly error: unknown } | undefined> =>
      new Promise((resolve) => {
        const waited = waitedFor(part)
        if (waited.length === 0) return resolve(undefined)
        startRun(run, batchOf(waited), attempt, ({ answers, error }) => {
          if (answers !== undefined) deliver(waited, answers, attempt)
          resolve(answers === undefined ? { error } : undefined)
        })
      })
    return isolate(items, ask, failAll)
  }

  return { settle, succeed, fail }
}

/** Those that somebody waits for. */
export function waitedFor<Key>(items: readonly Item<Key>[]): readonly Item<Key>[] {
  return items.filter(({ waiters }) => waiters > 0)
}
