import type { CallOptions } from '../call/wrapped.ts'
import { assertOptions } from '../checks/policy-options.ts'
import { LIMIT_OPTIONS, Limiter, type LimitOptions, type Load } from './limit.ts'
import { assertFunction } from '../call/function.ts'

/** Work that waits for its turn, the most urgent first. */
export interface Queue extends Load {
  /** Does a piece of work when its turn comes. A `signal` takes it out again while it waits. */
  add<Value>(work: () => Value | Promise<Value>, options?: CallOptions): Promise<Value>
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>
}

/**
 * Makes a queue with priorities: `limit` for work that is no function with arguments.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { createQueue } from '@hotpath/request'
 *
 * const queue = createQueue({ concurrency: 2 })
 * const sizes = await Promise.all(['a', 'bb', 'ccc'].map((text) => queue.add(() => text.length)))
 * console.log(sizes.join(' '), queue.running) // 1 2 3 0
 * ```
 */
export function createQueue(options: LimitOptions): Queue {
  assertOptions(options, 'createQueue', [LIMIT_OPTIONS])
  const limiter = new Limiter({ name: 'queue', ...options })
  const run = limiter.wrap((work: () => unknown) => work())
  return {
    get running() {
      return limiter.running
    },
    get waiting() {
      return limiter.waiting
    },
    add(work, callOptions = {}) {
      assertFunction(work, 'work', "queue.add(() => load('a'))")
      return run.with(callOptions)(work) as never
    },
    idle: () => limiter.idle(),
  }
}
