/**
 * So many calls at a time. Our own rather than p-queue: that one has no bound for those who wait, and no priorities
 * by name; it would bring events and a timeout of its own.
 */
import { type OptionTable, wrongOption } from '@hotpath/contract'
import { ambientCall, type Call } from '../call/call.ts'
import type { RequestEvents } from '../call/events.ts'
import { assertOptions, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { count } from '../checks/quantities.ts'
import { assertFunction } from '../call/function.ts'
import { MAX_QUEUE, WaitLine } from './wait-line.ts'
import { asWrapped, invoke, type Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `limit`. */
export interface LimitOptions extends Omit<PolicyOptions, 'clock'> {
  /** How many calls run at a time. */
  readonly concurrency: number
  /** How many may wait; one more fails with `ERR_REQUEST_QUEUE_FULL`. Default 10,000. */
  readonly maxQueue?: number | undefined
}

const LIMIT_OPTIONS: OptionTable<'concurrency' | 'maxQueue'> = { concurrency: true, maxQueue: true }

export class Limiter {
  readonly #options: LimitOptions
  readonly #concurrency: number
  readonly #line: WaitLine
  readonly #events: RequestEvents | undefined
  readonly #idlers: (() => void)[] = []
  #running = 0

  constructor(options: LimitOptions | undefined) {
    assertOptions(options, 'limit', [LIMIT_OPTIONS], 'limit(load, { concurrency: 10 })')
    this.#options = options as LimitOptions
    const { concurrency, maxQueue } = this.#options
    if (concurrency === undefined)
      throw wrongOption('concurrency', 'a whole number of at least 1', concurrency, 'Use for example 10.')
    this.#concurrency = count(concurrency, 1, 'concurrency')
    this.#line = new WaitLine(count(maxQueue, MAX_QUEUE, 'maxQueue', 0))
    this.#events = eventsOf(this.#options)
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#line.size
  }

  /** Resolves when nothing runs; then nothing waits either. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => void this.#idlers.push(resolve))
  }

  put<Fn extends AnyFunction>(fn: Fn): Wrapped<Fn> {
    assertFunction(fn, 'fn', 'limit(load, { concurrency: 10 })')
    const name = nameOf(this.#options, fn)
    const call = (self: unknown, args: readonly unknown[]): Promise<unknown> => this.#call(name, fn, self, args)
    return asWrapped(fn, function limited(...args) {
      return call(this, args)
    })
  }

  #call(name: string, fn: AnyFunction, self: unknown, args: readonly unknown[]): Promise<unknown> {
    const caller = ambientCall()
    const run = (): Promise<unknown> => {
      // It may have left after its turn had come.
      if (caller?.aborted === true) {
        this.#release()
        return Promise.reject(caller.reason)
      }
      const answer = invoke(caller, fn, self, args)
      answer.then(this.#release, this.#release)
      return answer
    }
    if (this.#running >= this.#concurrency) return this.#wait(name, caller).then(run)
    this.#running++
    return run()
  }

  #wait(name: string, call: Call | undefined): Promise<void> {
    const turn = this.#line.join(name, call)
    const waiting = this.#line.size
    if (this.#events?.wants('wait') === true) this.#events.emit({ type: 'wait', name, waiting })
    return turn
  }

  // Whose turn it is takes over the place at once, so that nobody slips in between.
  readonly #release = (): void => {
    if (this.#line.next()) return
    this.#running--
    if (this.#running === 0) for (const resolve of this.#idlers.splice(0)) resolve()
  }
}
