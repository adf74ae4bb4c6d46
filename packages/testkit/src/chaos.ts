/**
 * What chaos is made of: for each call a fate is drawn (a pure function of the seed), then carried out on the clock.
 *
 * A call that fails or hangs has taken effect half of the time, because that is what a network does to its callers:
 * no answer does not mean that nothing happened.
 */
import {
  type Clock,
  type MaybePromise,
  type OptionTable,
  type Random,
  clockOption,
  functionOption,
  wrongOption,
} from '@hotpath/contract'

/** How often what goes wrong. Everything is off by default, and switched on in ratios from 0 to 1. */
export interface ChaosOptions {
  /** Where the troubles are drawn from: `createRandom(seed)`. */
  readonly random: Random
  /** What delays are measured on. */
  readonly clock: Clock
  /** Ratio of calls that reject, half of them after they took effect. Default 0. */
  readonly failRate?: number | undefined
  /** Ratio of calls that are never answered, half of them after they took effect. Default 0. */
  readonly hangRate?: number | undefined
  /** Longest delay of a call in milliseconds, part of it before and part of it after it takes effect. Default 0. */
  readonly delayMs?: number | undefined
}

/** The options that all chaos has. */
export const CHAOS_OPTIONS: OptionTable<keyof ChaosOptions> = {
  random: functionOption,
  clock: clockOption,
  failRate: ratioOption,
  hangRate: ratioOption,
  delayMs: spanOption,
}

/** How often what went wrong. */
export interface ChaosCounts {
  /** All calls. */
  readonly calls: number
  /** Calls that were made to reject. */
  readonly failed: number
  /** Calls that will never be answered. */
  readonly hung: number
  /** Writes or records that were dropped. */
  readonly dropped: number
}

/** Switches of a port in chaos. */
export interface ChaosSwitches {
  /** How often what went wrong so far. */
  readonly counts: ChaosCounts
  /** From now on every call rejects, also those under way. */
  down(): void
  /** Ends `down()`. */
  up(): void
}

/** What chaos makes a call reject with. */
export class ChaosError extends Error {
  /** Name of the class, also in minified code. */
  override readonly name = 'ChaosError'
}

/** What will become of one call. */
interface Fate {
  readonly outcome: 'answered' | 'failed' | 'hung' | 'dropped'
  /** Whether it takes effect. */
  readonly acts: boolean
  readonly requestMs: number
  readonly answerMs: number
}

/** The engine of chaos that tiers and logs share. */
interface Chaos {
  readonly counts: { calls: number; failed: number; hung: number; dropped: number }
  isDown: boolean
  /** A whole number of milliseconds up to the longest delay. */
  drawDelay(): number
  /** Carries out a call. `dropRate` is the ratio of calls that are answered without effect. */
  call<Result>(operation: string, action: () => MaybePromise<Result>, dropRate?: number): Promise<Result>
}

/** Makes the engine of chaos. */
export function createChaos(options: ChaosOptions): Chaos {
  const { random, clock, delayMs = 0, failRate = 0, hangRate = 0 } = options
  const counts = { calls: 0, failed: 0, hung: 0, dropped: 0 }
  const drawDelay = (): number => Math.floor(random() * (delayMs + 1))

  // Every fate takes as many numbers, so that one more trouble does not change all others.
  function draw(dropRate: number): Fate {
    const lot = random()
    const acted = random() < 0.5
    const totalMs = drawDelay()
    const requestMs = Math.floor(random() * (totalMs + 1))
    const delays = { requestMs, answerMs: totalMs - requestMs }
    if (lot < failRate) return { outcome: 'failed', acts: acted, ...delays }
    if (lot < failRate + hangRate) return { outcome: 'hung', acts: acted, ...delays }
    if (lot < failRate + hangRate + dropRate) return { outcome: 'dropped', acts: false, ...delays }
    return { outcome: 'answered', acts: true, ...delays }
  }

  function pass(ms: number): Promise<void> | undefined {
    return ms > 0 ? new Promise((resolve) => void clock.after(ms, resolve)) : undefined
  }

  const chaos: Chaos = {
    counts,
    isDown: false,
    drawDelay,
    async call(operation, action, dropRate = 0) {
      counts.calls++
      const fate = draw(dropRate)
      if (fate.outcome !== 'answered') counts[fate.outcome]++
      await pass(fate.requestMs)
      assertUp(operation)
      const result = fate.acts ? await action() : undefined
      await pass(fate.answerMs)
      assertUp(operation)
      if (fate.outcome === 'hung') await new Promise(() => {})
      if (fate.outcome === 'failed') throw new ChaosError(`\`${operation}\` was made to fail.`)
      // A dropped write is answered like one that worked: with nothing.
      return result as Awaited<ReturnType<typeof action>>
    },
  }

  function assertUp(operation: string): void {
    if (chaos.isDown) throw new ChaosError(`\`${operation}\` failed, because \`down()\` was called.`)
  }

  return chaos
}

/** @throws ConfigError for what is not a ratio. */
export function ratioOption(value: unknown, option: string): void {
  if (typeof value === 'number' && value >= 0 && value <= 1) return
  throw wrongOption(option, 'a ratio from 0 to 1', value, 'Use 0.1 for one in ten.')
}

function spanOption(value: unknown, option: string): void {
  if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) return
  throw wrongOption(option, 'a number of milliseconds from 0', value, 'Use for example 20.')
}
