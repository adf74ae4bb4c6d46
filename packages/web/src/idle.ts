import {
  checkOptions,
  type Clock,
  clockOption,
  type Duration,
  type OptionTable,
  requiredFunction,
  systemClock,
  toMs,
} from '@hotpath/contract'

/** How much time a task may take. */
export interface IdleTime {
  /** Milliseconds until the page needs the thread again, as far as it can be known; 0 when the time is up. */
  timeRemaining(): number
  /** The page was never idle, and the task runs because its `timeout` has passed. */
  readonly didTimeout: boolean
}

/** When a task runs at the latest. */
export interface IdleTaskOptions {
  /** Runs the task after this time, idle or not. Default `Infinity`. */
  readonly timeout?: Duration | undefined
}

/** Options of `createIdle`. */
export interface IdleOptions {
  /** Measures what remains where the browser has no idle callbacks. Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** Runs what can wait. */
export interface Idle {
  /**
   * Runs a task once when the page is idle; the function that it returns calls that off. What the task throws is reported
   * by the browser, as from any callback.
   *
   * @throws ConfigError for a `task` that is no function, and for a `timeout` that is wrong.
   */
  run(task: (time: IdleTime) => void, options?: IdleTaskOptions): () => void
  /** Calls off all tasks that have not run. */
  close(): void
}

/** What a task may take where the browser cannot say: at most half of the 100 ms in which a page should respond to input. */
const SLICE_MS = 50

const OPTIONS: OptionTable<keyof IdleOptions> = { clock: clockOption }
const TASK_OPTIONS: OptionTable<keyof IdleTaskOptions> = { timeout: true }

/**
 * Idle time by `requestIdleCallback`, or, in WebKit, which has none, right after the tasks that are due. A hidden page has
 * its idle time late or not at all: what must not be lost belongs to `hidden` of the lifecycle.
 *
 * @throws ConfigError for an option that is wrong.
 *
 * @example
 * ```ts
 * import { createIdle } from '@hotpath/web'
 *
 * const idle = createIdle()
 * const pages = ['/cities']
 * idle.run(
 *   ({ timeRemaining }) => {
 *     do console.log('prefetch', pages.shift()) // prefetch /cities
 *     while (pages.length > 0 && timeRemaining() > 0)
 *   },
 *   { timeout: '2s' },
 * )
 * ```
 */
export function createIdle(options: IdleOptions = {}): Idle {
  checkOptions(options, 'createIdle', OPTIONS)
  const { clock = systemClock } = options
  const running = new Set<() => void>()
  return {
    run(task, taskOptions = {}) {
      requiredFunction(task, 'task', 'idle.run(() => prefetch())')
      checkOptions(taskOptions, 'run', TASK_OPTIONS)
      const timeoutMs = toMs(taskOptions.timeout ?? Number.POSITIVE_INFINITY, 'timeout')
      const done = (time: IdleTime): void => {
        running.delete(cancel)
        task(time)
      }
      const stop = request(clock, timeoutMs, done)
      const cancel = (): void => {
        running.delete(cancel)
        stop()
      }
      running.add(cancel)
      return cancel
    },
    close() {
      for (const cancel of [...running]) cancel()
    },
  }
}

function request(clock: Clock, timeoutMs: number, callback: (time: IdleTime) => void): () => void {
  if (typeof globalThis.requestIdleCallback === 'function') {
    const limit = timeoutMs < Number.POSITIVE_INFINITY ? { timeout: timeoutMs } : {}
    const handle = globalThis.requestIdleCallback(
      (deadline) => callback({ timeRemaining: () => deadline.timeRemaining(), didTimeout: deadline.didTimeout }),
      limit,
    )
    return () => globalThis.cancelIdleCallback(handle)
  }
  // In Node the process stays for the task.
  const release = clock.hold?.()
  const cancel = clock.after(0, () => {
    release?.()
    const endAt = clock.monotonic() + SLICE_MS
    callback({ timeRemaining: () => Math.max(0, endAt - clock.monotonic()), didTimeout: false })
  })
  return () => {
    cancel()
    release?.()
  }
}
