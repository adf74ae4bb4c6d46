/**
 * Collects keys, sends them in batches, and gives each caller the answer for its key.
 *
 * A key is joinable from the moment it is asked for until it is answered, so it is under way at most once. Batches are
 * cut when a place is free, not before: what is more urgent overtakes what waits for a place.
 */
import { RequestError } from '@hotpath/contract'
import { Item, NO_LANE } from './batch-item.ts'
import { BatchLanes } from './batch-lanes.ts'
import { isolate } from './batch-isolate.ts'
import type { BatchPlan } from './batch-options.ts'
import { BatchRun, type Outcome, type RunTools } from './batch-run.ts'
import { delayAfter } from './backoff.ts'
import type { Call, CurrentCall } from './call.ts'
import { asMapKey, type CallKey, type MapKey } from './call-key.ts'
import { Deadlines } from './deadlines.ts'
import { detach } from './detach.ts'
import { waitsForItself } from './flights.ts'
import { MemoStore } from './memo-store.ts'
import { PRIORITIES } from './options.ts'
import { retryAfterMs } from './retry-after.ts'
import { startTimer, type Timer } from './system-clock.ts'

/** Items that go out together, for the so-manieth time. */
interface Attempt<Key> {
  readonly items: readonly Item<Key>[]
  readonly number: number
}

const NORMAL = PRIORITIES.indexOf('normal')
const CRITICAL = PRIORITIES.indexOf('critical')
/** Failures that say nothing of a key: to divide the batch would not find one. */
const OF_NO_KEY: ReadonlySet<unknown> = new Set([
  'ERR_REQUEST_TIMEOUT',
  'ERR_REQUEST_RESULT',
  'ERR_REQUEST_CIRCUIT_OPEN',
  'ERR_REQUEST_QUEUE_FULL',
])

export class Batcher<Key> {
  readonly #plan: BatchPlan
  readonly #tools: RunTools<Key>
  /** Asked for and not answered yet. */
  readonly #pending = new Map<MapKey, Item<Key>>()
  readonly #kept: MemoStore | undefined
  readonly #lanes = new BatchLanes<Key>()
  /** To be loaded again, and due. */
  readonly #again: Attempt<Key>[] = []
  #running = 0
  #isDue = false
  #isScheduled = false
  #timer: Timer | undefined

  constructor(plan: BatchPlan, loadMany: (keys: readonly Key[], context: CurrentCall) => unknown) {
    this.#plan = plan
    this.#kept = plan.maxKept > 0 ? new MemoStore(plan.maxKept) : undefined
    const deadlines =
      plan.timeoutMs === Number.POSITIVE_INFINITY ? undefined : new Deadlines(plan.clock, plan.timeoutMs)
    this.#tools = { plan, loadMany, deadlines }
  }

  get keeps(): boolean {
    return this.#kept !== undefined
  }

  load(key: Key, caller: Call | undefined): Promise<unknown> {
    if (caller?.aborted === true) return Promise.reject(caller.reason)
    const id = this.#idOf(key)
    const value = this.#kept?.get(id, 0)
    if (value !== undefined) return Promise.resolve(value)
    const lane = caller?.priority === undefined ? NORMAL : PRIORITIES.indexOf(caller.priority)
    let item = this.#pending.get(id)
    if (item === undefined) {
      if (this.#lanes.size >= this.#plan.maxQueue) return Promise.reject(this.#queueFull())
      item = new Item(key, id, lane)
      this.#pending.set(id, item)
      this.#lanes.add(item)
    } else if (item.lane !== NO_LANE) {
      this.#lanes.raise(item, lane)
    } else if (item.run?.call !== undefined && caller?.isWithin(item.run.call) === true) {
      return Promise.reject(waitsForItself(this.#plan.name))
    }
    const answer = this.#join(item, caller)
    if (item.lane !== NO_LANE) this.#schedule(lane)
    return answer
  }

  /** Answers those who wait, and later loads where values are kept. */
  prime(key: Key, value: unknown): void {
    const id = this.#idOf(key)
    const item = this.#pending.get(id)
    if (item !== undefined && item.lane !== NO_LANE) {
      this.#lanes.remove(item)
      this.#pending.delete(id)
      item.resolve(value)
    }
    this.#forget(id)
    if (value !== undefined) this.#kept?.set(id, value, Number.POSITIVE_INFINITY)
  }

  /** What is under way is not joined any more, nor kept. */
  clear(key: Key): void {
    this.#forget(this.#idOf(key))
  }

  clearAll(): void {
    this.#kept?.clear()
    for (const item of [...this.#pending.values()]) if (item.lane === NO_LANE) this.#pending.delete(item.id)
  }

  #forget(id: MapKey): void {
    this.#kept?.delete(id)
    // One that was not sent yet will be loaded after this.
    if (this.#pending.get(id)?.lane === NO_LANE) this.#pending.delete(id)
  }

  #idOf(key: Key): MapKey {
    const { key: keyOf } = this.#plan
    return asMapKey(keyOf === undefined ? key : (keyOf as (key: Key) => CallKey)(key))
  }

  #join(item: Item<Key>, caller: Call | undefined): Promise<unknown> {
    item.waiters++
    if (caller?.abortable !== true) return item.promise
    return detach(item.promise, caller.signal, undefined, (reason) => {
      item.waiters--
      if (item.waiters > 0) return
      if (this.#pending.get(item.id) === item) this.#pending.delete(item.id)
      if (item.lane === NO_LANE) item.run?.leave(reason)
      else this.#lanes.remove(item)
      if (this.#lanes.size === 0) this.#unschedule()
    })
  }

  #schedule(lane: number): void {
    if (lane === CRITICAL || this.#lanes.size >= this.#plan.maxBatch) return this.#flush()
    // What is due already goes out as soon as there is a place.
    if (this.#isScheduled || this.#isDue) return
    this.#isScheduled = true
    const { windowMs, clock } = this.#plan
    if (windowMs === undefined && clock.endOfTurn !== undefined) clock.endOfTurn(this.#flush)
    else this.#timer = startTimer(clock, windowMs ?? 0, this.#flush)
  }

  #unschedule(): void {
    if (this.#timer === undefined) return
    this.#timer.cancel()
    this.#timer = undefined
    this.#isScheduled = false
  }

  readonly #flush = (): void => {
    this.#unschedule()
    this.#isScheduled = false
    this.#isDue = this.#lanes.size > 0
    this.#pump()
  }

  /** Sends what is due, as far as there is room. */
  #pump(): void {
    while (this.#running < this.#plan.concurrency) {
      const again = this.#again.shift()
      if (again !== undefined) this.#begin(again)
      else if (this.#isDue) {
        const items = this.#lanes.take(this.#plan.maxBatch)
        this.#isDue = this.#lanes.size > 0
        this.#begin({ items, number: 1 })
      } else return
    }
  }

  #begin(attempt: Attempt<Key>): void {
    const items = attempt.number === 1 ? attempt.items : attempt.items.filter(({ waiters }) => waiters > 0)
    if (items.length === 0) return
    this.#running++
    void new BatchRun(this.#tools, items, attempt.number, (outcome) => this.#settle({ ...attempt, items }, outcome))
  }

  #settle(attempt: Attempt<Key>, outcome: Outcome): void {
    const { items, number } = attempt
    if (outcome.answers !== undefined) {
      this.#release()
      this.#deliver(items, outcome.answers, number)
      return
    }
    const { error } = outcome
    if (this.#mayRetry(error, number)) {
      this.#release()
      this.#retry(items, [error], number)
    } else if (this.#mayIsolate(items, error)) {
      void this.#isolate(attempt).finally(() => this.#release())
    } else {
      this.#release()
      this.#fail(items, error)
    }
  }

  #release(): void {
    this.#running--
    this.#pump()
  }

  #deliver(items: readonly Item<Key>[], answers: readonly unknown[], number: number): void {
    let failed: Item<Key>[] | undefined
    const errors: unknown[] = []
    for (let index = 0; index < items.length; index++) {
      const item = items[index] as Item<Key>
      const answer = answers[index]
      if (!(answer instanceof Error)) this.#resolve(item, answer)
      else if (this.#mayRetry(answer, number)) {
        errors.push(answer)
        failed ??= []
        failed.push(item)
      } else this.#fail([item], answer)
    }
    if (failed !== undefined) this.#retry(failed, errors, number)
  }

  #resolve(item: Item<Key>, value: unknown): void {
    // Forgotten meanwhile: it was loaded before that, and is for those who asked before.
    if (this.#pending.get(item.id) === item) {
      this.#pending.delete(item.id)
      if (value !== undefined) this.#kept?.set(item.id, value, Number.POSITIVE_INFINITY)
    }
    item.resolve(value)
  }

  #fail(items: readonly Item<Key>[], error: unknown): void {
    for (const item of items) {
      if (this.#pending.get(item.id) === item) this.#pending.delete(item.id)
      item.reject(error)
    }
  }

  #mayRetry(error: unknown, number: number): boolean {
    return number < this.#plan.attempts && this.#plan.when(error, number)
  }

  #retry(items: readonly Item<Key>[], errors: readonly unknown[], number: number): void {
    const { clock, backoff, name, events } = this.#plan
    const toldMs = Math.max(0, ...errors.map((error) => retryAfterMs(error, clock.now()) ?? 0))
    if (toldMs > backoff.maxMs) return this.#fail(items, errors[0])
    const delayMs = Math.max(toldMs, delayAfter(backoff, number))
    if (events?.wants('retry') === true) events.emit({ type: 'retry', name, attempt: number + 1, delayMs })
    const timer = startTimer(clock, delayMs, () => {
      this.#again.push({ items, number: number + 1 })
      this.#pump()
    })
    let waitedFor = items.filter(({ waiters }) => waiters > 0).length
    const leave = (): void => {
      if (--waitedFor === 0) timer.cancel()
    }
    for (const item of items) item.run = { leave }
  }

  #mayIsolate(items: readonly Item<Key>[], error: unknown): boolean {
    if (!this.#plan.isolate || items.length === 1 || items.every(({ waiters }) => waiters === 0)) return false
    return !OF_NO_KEY.has((error as { readonly code?: unknown } | null | undefined)?.code)
  }

  #isolate({ items, number }: Attempt<Key>): Promise<void> {
    const ask = (part: readonly Item<Key>[]): Promise<{ readonly error: unknown } | undefined> =>
      new Promise((resolve) => {
        const waited = part.filter(({ waiters }) => waiters > 0)
        if (waited.length === 0) return resolve(undefined)
        void new BatchRun(this.#tools, waited, number, (outcome) => {
          if (outcome.answers === undefined) return resolve(outcome)
          this.#deliver(waited, outcome.answers, number)
          resolve(undefined)
        })
      })
    return isolate(items, ask, (members, error) => this.#fail(members, error))
  }

  #queueFull(): RequestError {
    const { name, maxQueue } = this.#plan
    return new RequestError(
      'ERR_REQUEST_QUEUE_FULL',
      `\`${name}\` was not called, because ${maxQueue} keys wait already. Try again later, or raise \`maxQueue\`.`,
      { context: { name, maxQueue } },
    )
  }
}
