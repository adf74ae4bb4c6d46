/**
 * Collects keys, sends them in batches, and gives each caller the answer for its key.
 *
 * A key is joinable from the moment it is asked for until it is answered, so it is under way at most once. Batches are
 * cut when a place is free, not before: what is more urgent overtakes what waits for a place.
 */
import { detach } from '@hotpath/contract'
import { createItem, type Item, type KeyBatch, batchOf, SENT } from './item.ts'
import { createWaitingKeys } from './waiting-keys.ts'
import type { BatchPlan } from './options.ts'
import { createOutcomes, waitedFor } from './outcomes.ts'
import { createPendingItems } from './pending.ts'
import { type RunTools, startRun } from './run.ts'
import type { Call, CurrentCall } from '../call/call.ts'
import { asMapKey, dataKey, type MapKey } from '../share/call-key.ts'
import { Deadlines } from '../time/deadlines.ts'
import { waitsForItself } from '../share/flights.ts'
import { MemoStore } from '../share/memo-store.ts'
import { PRIORITIES } from '../call/priority.ts'
import { startTimer, type Timer } from '../time/system-clock.ts'
import { queueFull } from '../limit/wait-line.ts'

/** What loads by key: a batcher, or one behind a cache. */
export interface BatchStore<Key> {
  load(key: Key, caller: Call | undefined): Promise<unknown>
  /**
   * A caller is about to join what others load, without asking here: what waits becomes as urgent as he is.
   *
   * @throws RequestError `ERR_REQUEST_CYCLE` when he is called by the very run that loads the key.
   */
  joins(key: Key, caller: Call): void
  /** Answers those who wait, and later loads where values are kept. */
  prime(key: Key, value: unknown): unknown
  /** What is under way is not joined any more, nor kept. */
  clear(key: Key): unknown
  clearAll(): unknown
}

const NORMAL = /* @__PURE__ */ PRIORITIES.indexOf('normal')
const CRITICAL = /* @__PURE__ */ PRIORITIES.indexOf('critical')

/** Makes one. */
export function createBatcher<Key>(
  plan: BatchPlan,
  loadMany: (keys: Key[], context: CurrentCall) => unknown,
): BatchStore<Key> {
  const { name, clock, maxBatch, maxQueue, concurrency, windowMs } = plan
  const keyOf = plan.key as ((key: Key) => unknown) | undefined
  const kept = plan.maxEntries > 0 ? new MemoStore(plan.maxEntries) : undefined
  const deadlines = plan.timeoutMs === Number.POSITIVE_INFINITY ? undefined : new Deadlines(clock, plan.timeoutMs)
  const tools: RunTools<Key> = { plan, loadMany, deadlines }
  const pending = createPendingItems<Key>()
  const waiting = createWaitingKeys<Key>()
  const { settle, succeed, fail } = createOutcomes<Key>({ run: tools, pending, kept, release, sendAgain })
  /** What is to be loaded again and waits for a place. */
  const again: (() => void)[] = []
  let running = 0
  let isDue = false
  let isScheduled = false
  let isUrgent = false
  let timer: Timer | undefined

  function load(key: Key, caller: Call | undefined): Promise<unknown> {
    if (caller?.aborted === true) return Promise.reject(caller.reason)
    let id: MapKey
    try {
      id = idOf(key)
    } catch (error) {
      return Promise.reject(error)
    }
    if (kept !== undefined) {
      const value = kept.get(id, 0)
      if (value !== undefined) return value instanceof Error ? Promise.reject(value) : Promise.resolve(value)
    }
    const level = levelOf(caller)
    let item = pending.get(id)
    if (item === undefined) {
      if (waiting.size >= maxQueue) return Promise.reject(queueFull(name, maxQueue, 'keys'))
      item = createItem(key, id, waiting.groupOf(level))
      pending.add(item)
      waiting.add(item)
    } else if (item.group.level !== SENT) {
      waiting.raise(item, level)
    } else if (caller !== undefined && isWithin(caller, item)) {
      return Promise.reject(waitsForItself(name))
    }
    const answer = join(item, caller)
    if (item.group.level !== SENT) schedule(level)
    return answer
  }

  function joins(key: Key, caller: Call): void {
    const item = pending.get(idOf(key))
    if (item === undefined) return
    if (item.group.level === SENT) {
      if (isWithin(caller, item)) throw waitsForItself(name)
      return
    }
    const level = levelOf(caller)
    waiting.raise(item, level)
    schedule(level)
  }

  function idOf(key: Key): MapKey {
    return keyOf === undefined ? dataKey(key) : asMapKey(keyOf(key))
  }

  function join(item: Item<Key>, caller: Call | undefined): Promise<unknown> {
    item.waiters++
    if (caller?.abortable !== true) return item.promise
    return detach(item.promise, caller.signal, undefined, (reason) => {
      item.waiters--
      if (item.waiters > 0) return
      pending.remove(item)
      if (item.group.level === SENT) return item.group.run?.leave(reason)
      waiting.left()
      if (waiting.size === 0) unschedule()
    })
  }

  function schedule(level: number): void {
    if (waiting.size >= maxBatch) return flush()
    if (level === CRITICAL) return flushSoon()
    // What is due already goes out as soon as there is a place.
    if (isScheduled || isDue) return
    isScheduled = true
    if (windowMs === undefined && clock.endOfTurn !== undefined) clock.endOfTurn(flush)
    else timer = startTimer(clock, windowMs ?? 0, flush)
  }

  /** At once, but with what is asked for beside it: the other keys of a `loadMany`, or what a cache misses with it. */
  function flushSoon(): void {
    if (isUrgent) return
    isUrgent = true
    // Not `queueMicrotask`, which Jest replaces.
    void Promise.resolve().then(() => {
      isUrgent = false
      flush()
    })
  }

  function unschedule(): void {
    if (timer === undefined) return
    timer.cancel()
    timer = undefined
    isScheduled = false
  }

  function flush(): void {
    unschedule()
    isScheduled = false
    isDue = waiting.size > 0
    pump()
  }

  /** Sends what is due, as far as there is room. */
  function pump(): void {
    while (running < concurrency) {
      if (again.length > 0) again.shift()?.()
      else if (isDue) {
        const batch = waiting.take(maxBatch)
        isDue = waiting.size > 0
        send(batch, 1)
      } else return
    }
  }

  function send(batch: KeyBatch<Key>, attempt: number): void {
    if (batch.items.length === 0) return
    running++
    startRun(tools, batch, attempt, (outcome) => settle(batch.items, attempt, outcome))
  }

  function release(): void {
    running--
    pump()
  }

  function sendAgain(items: readonly Item<Key>[], attempt: number): void {
    again.push(() => send(batchOf(waitedFor(items)), attempt))
    pump()
  }

  function forget(id: MapKey): void {
    kept?.delete(id)
    const item = pending.get(id)
    // One that was not sent yet will be loaded after this.
    if (item?.group.level === SENT) pending.remove(item)
  }

  return {
    load,
    joins,
    prime(key, value) {
      const id = idOf(key)
      const item = pending.get(id)
      if (item === undefined || item.group.level === SENT) forget(id)
      else {
        waiting.left()
        if (value instanceof Error) fail(item, value)
        else succeed(item, value)
      }
      if (value !== undefined) kept?.set(id, value, Number.POSITIVE_INFINITY)
      else kept?.delete(id)
    },
    clear: (key) => forget(idOf(key)),
    clearAll() {
      kept?.clear()
      for (const item of pending.all()) if (item.group.level === SENT) pending.remove(item)
    },
  }
}

function levelOf(caller: Call | undefined): number {
  return caller?.priority === undefined ? NORMAL : PRIORITIES.indexOf(caller.priority)
}

/** Whether a caller is called by the very run that loads the item, and would wait for itself. */
function isWithin<Key>(caller: Call, { group }: Item<Key>): boolean {
  const call = group.run?.call
  return call !== undefined && caller.isWithin(call)
}
