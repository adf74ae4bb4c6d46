import { type Clock, ConfigError, type OptionTable, checkOptions, wrongOption } from '@hotpath/contract'
import { flush } from './flush.ts'

/** Where a fake clock starts. */
export interface FakeClockOptions {
  /** Wall-clock time at the start, in milliseconds since 1970. Default: the first of January 2030, UTC. */
  readonly now?: number | undefined
}

const FAKE_CLOCK_OPTIONS: OptionTable<keyof FakeClockOptions> = { now: timeOption }

/** A clock that moves only when it is told to. */
export interface FakeClock extends Clock {
  /** How many timers wait. One that would never fire (a delay of `Infinity`) is not counted. */
  readonly pending: number
  /** How many callers hold the process: a caller waits for something that a timer may bring about. */
  readonly held: number
  /** Lets time pass and fires due timers in the order of their instants, then of their creation. */
  advance(ms: number): void
  /** As `advance`, and lets promise callbacks run before and after each timer. */
  advanceAsync(ms: number): Promise<void>
  /** Lets time pass up to the next timer and fires it; `false` when there is none. */
  advanceToNext(): boolean
  /** Sets the wall clock forward, or back with a negative number; monotonic time and timers do not notice. */
  jumpWall(ms: number): void
  /** The machine sleeps: wall time passes, monotonic time stands still, and timers fire later by as much. */
  suspend(ms: number): void
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A timer that keeps re-arming itself without delay would spin forever; this many at one instant are an error. */
const MAX_TIMERS_PER_INSTANT = 10_000

/**
 * Makes a fake clock. Its monotonic time starts at 0.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` from its methods for a time span that is NaN, or negative where time cannot
 * run back.
 *
 * @example
 * ```ts
 * import { createFakeClock } from '@hotpath/testkit'
 *
 * const clock = createFakeClock()
 * clock.after(1_000, () => console.log('a second has passed')) // a second has passed
 * clock.advance(1_000) // and it does, at once
 * ```
 */
export function createFakeClock(options: FakeClockOptions = {}): FakeClock {
  checkOptions(options, 'createFakeClock', FAKE_CLOCK_OPTIONS)
  // Insertion order is the order of creation, which breaks ties.
  const timers = new Set<Timer>()
  let monotonic = 0
  let wallOffset = options.now ?? Date.UTC(2030, 0, 1)
  let firedHere = 0
  const holders = new Set<symbol>()

  function nextTimer(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of timers) if (next === undefined || timer.at < next.at) next = timer
    return next
  }

  /** Fires the next timer that is due by `untilAt`; `false` when there is none. */
  function fireNext(untilAt: number): boolean {
    const timer = nextTimer()
    if (timer === undefined || timer.at > untilAt) return false
    firedHere = timer.at > monotonic ? 1 : firedHere + 1
    if (firedHere > MAX_TIMERS_PER_INSTANT) {
      throw new Error(
        `${MAX_TIMERS_PER_INSTANT} timers fired at one instant. Give the timer that re-arms itself a delay.`,
      )
    }
    monotonic = Math.max(monotonic, timer.at)
    timers.delete(timer)
    timer.callback()
    return true
  }

  return {
    now: () => monotonic + wallOffset,
    monotonic: () => monotonic,
    after(delayMs, callback) {
      const at = monotonic + Math.max(0, validSpan(delayMs, 'delayMs'))
      const timer = { at, callback }
      if (at < Number.POSITIVE_INFINITY) timers.add(timer)
      return () => void timers.delete(timer)
    },
    hold() {
      const holder = Symbol('holder')
      holders.add(holder)
      return () => void holders.delete(holder)
    },
    get pending() {
      return timers.size
    },
    get held() {
      return holders.size
    },
    advance(ms) {
      const target = monotonic + forwardSpan(ms)
      firedHere = 0
      while (fireNext(target));
      monotonic = Math.max(monotonic, target)
    },
    async advanceAsync(ms) {
      const target = monotonic + forwardSpan(ms)
      firedHere = 0
      await flush()
      while (fireNext(target)) await flush()
      monotonic = Math.max(monotonic, target)
    },
    advanceToNext() {
      firedHere = 0
      return fireNext(Number.POSITIVE_INFINITY)
    },
    jumpWall(ms) {
      wallOffset += validSpan(ms, 'ms')
    },
    suspend(ms) {
      wallOffset += forwardSpan(ms)
    },
  }
}

function timeOption(value: unknown, option: string): void {
  if (typeof value === 'number' && Number.isFinite(value)) return
  throw wrongOption(option, 'a time in milliseconds since 1970', value, 'Use for example `Date.UTC(2030, 0, 1)`.')
}

function validSpan(ms: number, name: string): number {
  if (!Number.isNaN(ms)) return ms
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${name}\` must be a number of milliseconds, received NaN. Check what it was computed from.`,
  )
}

function forwardSpan(ms: number): number {
  if (ms >= 0 && ms < Number.POSITIVE_INFINITY) return ms
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`ms\` must be finite and not negative, received ${ms}. Use \`jumpWall()\` to set the wall clock back.`,
  )
}
