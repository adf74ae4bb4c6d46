/** A choice that a scheduler made. */
export interface SchedulerStep {
  /** Label of the turn that was taken. */
  readonly label: string
  /** Its index among those that waited. */
  readonly choice: number
  /** How many waited. */
  readonly of: number
}

/** A schedule came to a bad end: a task failed (see `cause`), nothing could go on, or it never ended. */
export class ScheduleError extends Error {
  /** Name of the class, also in minified code. */
  override readonly name = 'ScheduleError'
}

/** Longer traces are shown by their end, which is where things went wrong. */
const MAX_LINES = 200

/** Writes down what was chosen, and how to have it again. */
export function describeTrace(steps: readonly SchedulerStep[], seed: number | undefined): string {
  const hidden = Math.max(0, steps.length - MAX_LINES)
  const lines = steps.slice(hidden).map((step, index) => `  ${hidden + index + 1}. ${step.label}`)
  if (hidden > 0) lines.unshift(`  (${hidden} earlier turns)`)
  const replay = seed === undefined ? `choices: [${steps.map((step) => step.choice).join(', ')}]` : `seed: ${seed}`
  return [`Turns taken, to be replayed with \`createScheduler({ ${replay} })\`:`, ...lines].join('\n')
}
