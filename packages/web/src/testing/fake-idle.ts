import type { Idle, IdleTime } from '../idle.ts'

/** Idle time that a test grants. */
export interface FakeIdle extends Idle {
  /** How many tasks wait. */
  readonly pending: number
  /** The page is idle for so many milliseconds: runs the tasks that wait, but not those that they add. Default 50. */
  grant(ms?: number): void
  /** The page is busy for long: runs the tasks that wait and have a `timeout`. */
  timeOut(): void
}

/**
 * Makes a page that is never idle by itself.
 *
 * @example
 * ```ts
 * import { createFakeIdle } from '@hotpath/web/testing'
 *
 * const idle = createFakeIdle()
 * idle.run(({ timeRemaining }) => console.log(timeRemaining())) // 10
 * idle.grant(10)
 * console.log(idle.pending) // 0
 * ```
 */
export function createFakeIdle(): FakeIdle {
  const tasks = new Map<(time: IdleTime) => void, boolean>()
  const runAll = (time: IdleTime, isDue: (hasTimeout: boolean) => boolean): void => {
    for (const [run, hasTimeout] of [...tasks]) {
      if (isDue(hasTimeout) && tasks.delete(run)) run(time)
    }
  }
  return {
    get pending() {
      return tasks.size
    },
    run(task, { timeout } = {}) {
      // One function may be run twice.
      const own = (time: IdleTime): void => task(time)
      tasks.set(own, timeout !== undefined && timeout !== Number.POSITIVE_INFINITY)
      return () => void tasks.delete(own)
    },
    grant: (ms = 50) => runAll({ timeRemaining: () => ms, didTimeout: false }, () => true),
    timeOut: () => runAll({ timeRemaining: () => 0, didTimeout: true }, (hasTimeout) => hasTimeout),
    close: () => tasks.clear(),
  }
}
