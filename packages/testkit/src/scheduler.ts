/**
 * Runs asynchronous tasks so that at each moment exactly one of them goes on, and which one is a choice: drawn from a
 * seed, or given. So a race becomes a number that can be written down and replayed.
 *
 * Tasks give way at `turn()`. Between two choices all promise callbacks run, hence whoever can reach his next turn is
 * waiting there when the choice is made. That makes the choices, and with them the run, depend on the seed alone.
 */
import { type MaybePromise, type OptionTable, checkOptions, countOption, functionOption } from '@hotpath/contract'
import { flush } from './flush.ts'
import { createRandom } from './random.ts'
import { ScheduleError, type SchedulerStep, describeTrace } from './schedule-error.ts'

/** How a scheduler chooses. */
export interface SchedulerOptions {
  /** Where choices are drawn from: the same seed, the same order. Default 0. */
  readonly seed?: number | undefined
  /** Choices to be taken instead, as read from `steps`; the first of those waiting is taken when they have run out. */
  readonly choices?: readonly number[] | undefined
  /**
   * Called when nothing waits although tasks have not ended; answers whether it set something going.
   * `() => clock.advanceToNext()` lets time pass.
   */
  readonly idle?: (() => boolean) | undefined
  /** More turns than this, counting those of `idle`, are taken for an endless loop. Default 10,000. */
  readonly maxTurns?: number | undefined
}

const SCHEDULER_OPTIONS: OptionTable<keyof SchedulerOptions> = {
  seed: true,
  choices: true,
  idle: functionOption,
  maxTurns: countOption,
}

/** Runs tasks in a chosen order, see `createScheduler`. */
export interface Scheduler {
  /** The choices made so far. */
  readonly steps: readonly SchedulerStep[]
  /** Labels of the turns taken so far. */
  readonly trace: readonly string[]
  /** Adds a task, whose start is a turn of its own. A failure is thrown by `run()`; the promise is never unhandled. */
  spawn<Result>(name: string, task: () => MaybePromise<Result>): Promise<Result>
  /** Waits for a turn. */
  turn(label: string): Promise<void>
  /** Does something across a network: one turn for the question to arrive, one for the answer to come back. */
  call<Result>(label: string, action: () => MaybePromise<Result>): Promise<Result>
  /**
   * Takes turns until all tasks have ended and nothing waits.
   *
   * @throws ScheduleError with the trace, for a task that failed, a deadlock, and too many turns.
   */
  run(): Promise<void>
}

interface WaitingTurn {
  readonly label: string
  readonly release: () => void
}

/**
 * Makes a scheduler.
 *
 * @example
 * ```ts
 * import { createScheduler } from '@hotpath/testkit'
 *
 * const scheduler = createScheduler({ seed: 1 })
 * let count = 0
 * async function increment(): Promise<void> {
 *   const seen = count
 *   await scheduler.turn('between read and write')
 *   count = seen + 1
 * }
 * scheduler.spawn('one', increment)
 * scheduler.spawn('other', increment)
 * await scheduler.run()
 * console.log(count) // 1
 *
 * // Another seed may have it at 2, but each has it the same in every run.
 * ```
 */
export function createScheduler(options: SchedulerOptions = {}): Scheduler {
  checkOptions(options, 'createScheduler', SCHEDULER_OPTIONS)
  const { seed = 0, choices, idle = () => false, maxTurns = 10_000 } = options
  const random = createRandom(seed)
  const waiting: WaitingTurn[] = []
  const running: string[] = []
  const steps: SchedulerStep[] = []
  let failure: { readonly task: string; readonly cause: unknown } | undefined

  function fail(problem: string, cause?: unknown): never {
    throw new ScheduleError(`${problem}\n${describeTrace(steps, choices === undefined ? seed : undefined)}`, { cause })
  }

  function choose(): number {
    if (choices === undefined) return random.int(waiting.length)
    const choice = choices[steps.length] ?? 0
    if (choice < waiting.length) return choice
    return fail(
      `Choice ${choice} cannot be taken, only ${waiting.length} turns wait. The scenario is not deterministic.`,
    )
  }

  function takeTurn(): void {
    const of = waiting.length
    const choice = choose()
    const [next] = waiting.splice(choice, 1)
    if (next === undefined) return
    steps.push({ label: next.label, choice, of })
    next.release()
  }

  function turn(label: string): Promise<void> {
    return new Promise((release) => void waiting.push({ label, release }))
  }

  return {
    steps,
    get trace() {
      return steps.map((step) => step.label)
    },
    turn,
    spawn(name, task) {
      running.push(name)
      const result = turn(`${name} starts`).then(task)
      result
        .catch((cause: unknown) => {
          failure ??= { task: name, cause }
        })
        .finally(() => running.splice(running.indexOf(name), 1))
      return result
    },
    async call(label, action) {
      await turn(`${label} asked`)
      const answer = await settle(action)
      await turn(`${label} answered`)
      return answer()
    },
    async run() {
      for (let round = 0; ; round++) {
        await flush()
        if (failure !== undefined) fail(`Task \`${failure.task}\` failed: ${String(failure.cause)}`, failure.cause)
        if (waiting.length === 0 && running.length === 0) return
        if (round >= maxTurns) fail(`After ${maxTurns} turns there is no end; tasks that run: ${running.join(', ')}.`)
        if (waiting.length > 0) takeTurn()
        else if (!idle()) fail(`Deadlock: nothing waits for a turn, but tasks have not ended: ${running.join(', ')}.`)
      }
    },
  }
}

/** Awaits an action and answers with a function that gives its result, or throws its error, later. */
async function settle<Result>(action: () => MaybePromise<Result>): Promise<() => Result> {
  try {
    const result = await action()
    return () => result
  } catch (error) {
    return () => {
      throw error
    }
  }
}
