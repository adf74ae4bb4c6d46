/**
 * Write-through: saves first, then invalidates, then stores what was saved. Loaded when it is called for, so it imports
 * nothing but types.
 *
 * Invariant: a value is stored only when no other record that concerns it came between the beginning of its save and its
 * own record. Two processes that save one key at once both see that, so neither stores: the next read loads.
 */
import type { Invalidation, Mark, callbackError, timeLimit, toToken } from '@hotpath/contract'
import type { Saving, WriteThroughOptions, Written } from '../../cache/write.ts'
import type { Engine } from '../../engine.ts'
import type { closedError } from '../../flights/flight.ts'
import type { reach } from '../../read/call.ts'
import type { tooSlow } from '../../read/load.ts'
import type { Write, append, store } from '../../read/write.ts'
import type { Counters } from '../../watch/stats.ts'

/** What is to be written, and what it is done with: what the engine has loaded anyway. */
export interface WriteThrough<Value> {
  readonly engine: Engine
  readonly counters: Counters
  readonly write: Write
  readonly save: (value: Value, context: Saving) => unknown
  readonly options: WriteThroughOptions
  readonly tools: {
    readonly append: typeof append
    readonly store: typeof store
    readonly reach: typeof reach
    readonly timeLimit: typeof timeLimit
    readonly tooSlow: typeof tooSlow
    readonly toToken: typeof toToken
    readonly callbackError: typeof callbackError
    readonly closedError: typeof closedError
  }
}

/** Runs one save. */
export async function writeThrough<Value>(call: WriteThrough<Value>): Promise<Written<unknown>> {
  const { engine, counters, write, options, tools } = call
  const { view } = engine
  const { key } = write
  await view.beginning()
  const { generation } = view
  // Without a view of the log, records come by its state, and nobody hears of them one by one.
  const begun = view.mark()
  let records = 0
  const follower = ({ scope }: Invalidation): void => {
    // Of any tag: a read may be judged by tags that the value does not have.
    if (scope.type !== 'key' || scope.key === key) records++
  }
  const invalidate = async (queue: boolean | undefined): Promise<Mark | undefined> =>
    (await tools.append(engine, counters, [{ scope: { type: 'key', key }, strength: 'hard' }], queue))[0]
  view.followers.add(follower)
  try {
    const saved = await saving(call, () => void invalidate(true).catch(() => {}))
    const value = saved === undefined ? write.value : saved
    const mark = (await invalidate(options.queue)) as Mark
    const isHere = (await tools.reach(engine, mark)) !== undefined
    const isAlone = /* rule: saved-alone */ records === 1
    const mayStore = begun !== undefined && isHere && isAlone && generation === view.generation
    if (mayStore) await tools.store(engine, counters, [{ ...write, value, asOf: mark }])
    return { value, token: tools.toToken(mark) }
  } catch (error) {
    // The log is closed as well.
    if (error === CUT_OFF) throw tools.closedError()
    // Nobody knows what the source has now, unless the caller does.
    let isSure = false
    try {
      // Awaited, as the rejection of a promise that no type allows would end the process.
      const isRejected: unknown = options.rejected?.(error)
      isSure = (await isRejected) === true
    } catch (cause) {
      engine.fault(tools.callbackError('`rejected`', 'The write', { cause }))
    }
    if (!isSure) await invalidate(true)
    throw error
  } finally {
    view.followers.delete(follower)
  }
}

/** Why a save was given up that the cache, which is closed now, has waited for. */
const CUT_OFF = Symbol('cut off')

/**
 * Saves, within the hard timeout, and within the time that a cache that closes waits for writes.
 *
 * @param late - Called when a save that was given up has come to an end after all: it may have changed the source then.
 */
function saving<Value>({ engine, write, save, tools }: WriteThrough<Value>, late: () => void): Promise<unknown> {
  const controller = new AbortController()
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel()
      engine.endings.delete(closing)
    }
    const giveUp = (reason: unknown, error: unknown): void => {
      stop()
      controller.abort(error)
      reject(reason)
    }
    const cancel = tools.timeLimit(engine.clock, write.freshness.hardTimeoutMs, () => {
      const reason = tools.tooSlow(write.key, write.freshness)
      giveUp(reason, reason)
    })
    let isOver = false
    const closing = (): void => {
      // Once, as each call of `close()` runs what is among the endings.
      engine.endings.delete(closing)
      // Later, as `close()` is not to be called within itself; it returns the same promise each time.
      const closed = Promise.resolve().then(() => engine.close())
      void closed.then(() => void (isOver || giveUp(CUT_OFF, tools.closedError())))
    }
    if (engine.closed) closing()
    else engine.endings.add(closing)
    const over = (): void => {
      isOver = true
      stop()
      if (controller.signal.aborted) late()
    }
    const saved = (async () => save(write.value as Value, { signal: controller.signal }))()
    saved.then(resolve, reject)
    saved.then(over, over)
  })
}
