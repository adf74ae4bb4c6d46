import { type Clock, type InvalidationLog, type LogFollower, type OptionTable, checkOptions } from '@hotpath/contract'
import { aroundLog } from './around-log.ts'
import { CHAOS_OPTIONS, ChaosError, type ChaosOptions, type ChaosSwitches, createChaos, ratioOption } from './chaos.ts'
import { type LogChannel, gate } from './log-channel.ts'

/** How often what goes wrong with a log. */
export interface ChaosLogOptions extends ChaosOptions {
  /** Ratio of deliveries that are lost, with the follower told that he was interrupted. Default 0. */
  readonly loseRate?: number | undefined
  /** Ratio of deliveries that are lost without a word: the next record shows the gap. Default 0. */
  readonly gapRate?: number | undefined
}

/** A log in chaos. `up()` interrupts the followers, as a connection that was made again does. */
export interface ChaosLog extends InvalidationLog, ChaosSwitches {}

const CHAOS_LOG_OPTIONS: OptionTable<'loseRate' | 'gapRate'> = { loseRate: ratioOption, gapRate: ratioOption }

/**
 * Makes an invalidation log fail, hang, delay and lose deliveries, from a seed and by hand. An `append` that fails may
 * have been accepted. Deliveries stay in order, each up to `delayMs` late. For a log that loses its state see
 * `createSharedLog`.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` for a ratio outside 0..1.
 */
export function chaosLog(inner: InvalidationLog, options: ChaosLogOptions): ChaosLog {
  checkOptions(options, 'chaosLog', CHAOS_LOG_OPTIONS, CHAOS_OPTIONS)
  const { random, clock, loseRate = 0, gapRate = 0 } = options
  const chaos = createChaos(options)

  function channel(follower: LogFollower): LogChannel {
    const late = lateChannel(follower, clock, () => chaos.isDown)
    return {
      record(record) {
        const lot = random()
        const delayMs = chaos.drawDelay()
        if (lot < loseRate + gapRate) chaos.counts.dropped++
        if (lot < loseRate) late.send(delayMs, (to) => to.interrupted(new ChaosError('A record was made to get lost.')))
        else if (lot >= loseRate + gapRate) late.send(delayMs, (to) => to.record(record))
      },
      interrupted: (cause) => late.send(0, (to) => to.interrupted(cause)),
      close: late.close,
    }
  }

  const log = aroundLog(inner, { around: (operation, action) => chaos.call(operation, action), channel })
  return Object.assign(log, {
    counts: chaos.counts,
    down() {
      chaos.isDown = true
    },
    up() {
      if (!chaos.isDown) return
      chaos.isDown = false
      log.interrupt(new ChaosError('The connection was broken by `down()`.'))
    },
  })
}

/** Deliveries on their way: late, but never one before another; what arrives while the log is down is lost. */
function lateChannel(
  follower: LogFollower,
  clock: Clock,
  isDown: () => boolean,
): { send(delayMs: number, deliver: (to: LogFollower) => void): void; close(): void } {
  const channel = gate(follower)
  const cancels = new Set<() => void>()
  let lastAt = Number.NEGATIVE_INFINITY

  return {
    send(delayMs, deliver) {
      const arrive = (): void => {
        if (!isDown()) deliver(channel)
      }
      const now = clock.monotonic()
      const at = Math.max(lastAt, now + delayMs)
      if (at === now && cancels.size === 0) return arrive()
      lastAt = at
      const cancel = clock.after(at - now, () => {
        cancels.delete(cancel)
        arrive()
      })
      cancels.add(cancel)
    },
    close() {
      channel.close()
      for (const cancel of cancels) cancel()
      cancels.clear()
    },
  }
}
