import { type OptionTable, checkOptions, countOption, functionOption } from '@hotpath/contract'
import type { SchedulerStep } from './schedule-error.ts'
import { type Scheduler, type SchedulerOptions, createScheduler } from './scheduler.ts'
import { ScheduleError, describeTrace } from './schedule-error.ts'

/** Bounds of a search through all orders. */
export interface ExhaustOptions extends Omit<SchedulerOptions, 'seed' | 'choices'> {
  /** How many orders are tried at most. Default 10,000. */
  readonly maxOrders?: number | undefined
}

const EXHAUST_OPTIONS: OptionTable<keyof ExhaustOptions> = {
  maxOrders: countOption,
  idle: functionOption,
  maxTurns: countOption,
}

/** What a search through all orders covered. */
export interface ExhaustResult {
  /** How many orders were tried. */
  readonly orders: number
  /** Whether these were all; `false` when the bound ended the search. */
  readonly complete: boolean
}

/**
 * Runs a scenario in every order of its turns, depth first, until all are done or the bound is reached.
 *
 * The scenario is called once for each order with a new scheduler: it makes its own state, spawns tasks, awaits
 * `scheduler.run()` and checks. It must do the same whenever it is given the same order.
 *
 * @throws ScheduleError with the order in which the scenario failed, and what it threw as `cause`.
 */
export async function exhaust(
  scenario: (scheduler: Scheduler) => Promise<void>,
  options: ExhaustOptions = {},
): Promise<ExhaustResult> {
  checkOptions(options, 'exhaust', EXHAUST_OPTIONS)
  const { maxOrders = 10_000, ...schedulerOptions } = options
  let choices: readonly number[] | undefined = []
  let orders = 0
  while (choices !== undefined && orders < maxOrders) {
    const scheduler = createScheduler({ ...schedulerOptions, choices })
    await attempt(scenario, scheduler)
    orders++
    choices = nextChoices(scheduler.steps)
  }
  return { orders, complete: choices === undefined }
}

async function attempt(scenario: (scheduler: Scheduler) => Promise<void>, scheduler: Scheduler): Promise<void> {
  try {
    await scenario(scheduler)
  } catch (cause) {
    if (cause instanceof ScheduleError) throw cause
    throw new ScheduleError(`The scenario failed: ${String(cause)}\n${describeTrace(scheduler.steps, undefined)}`, {
      cause,
    })
  }
}

/** The next branch of the tree: the last step that has another choice takes it, the steps after it are open again. */
function nextChoices(steps: readonly SchedulerStep[]): number[] | undefined {
  const last = steps.findLastIndex((step) => step.choice + 1 < step.of)
  if (last === -1) return undefined
  return steps.slice(0, last + 1).map((step, index) => (index === last ? step.choice + 1 : step.choice))
}
