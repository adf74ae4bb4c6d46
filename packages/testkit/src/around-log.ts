import type { InvalidationLog, LogFollower, LogSubscription } from '@hotpath/contract'
import type { Around } from './around-tier.ts'
import { type LogChannel, gate } from './log-channel.ts'

/** What stands between a log and its users. */
interface LogHooks {
  /** Decides about calls. */
  readonly around: Around
  /** Makes what stands between the log and one follower. Default: nothing. */
  readonly channel?: ((follower: LogFollower) => LogChannel) | undefined
}

/** A log behind hooks. */
interface AroundLog extends InvalidationLog {
  /** Tells all followers that records may have been lost. */
  interrupt(cause: unknown): void
}

/** Makes a log whose every call, save `close`, goes through `around`, and every delivery through a channel. */
export function aroundLog(inner: InvalidationLog, { around, channel = gate }: LogHooks): AroundLog {
  const following = new Set<{ readonly channel: LogChannel; stop(): void }>()

  async function follow(follower: LogFollower): Promise<LogSubscription> {
    let subscription: LogSubscription | undefined
    const own = {
      channel: channel(follower),
      stop() {
        following.delete(own)
        own.channel.close()
        subscription?.stop()
      },
    }
    following.add(own)
    try {
      const { from } = await around('follow', async () => {
        subscription = await inner.follow(own.channel)
        return subscription
      })
      return { from, stop: own.stop }
    } catch (error) {
      // Whoever was refused will follow anew, and must not be served twice.
      own.stop()
      throw error
    }
  }

  const { recordsAfter } = inner
  return {
    maxRecords: inner.maxRecords,
    ...(recordsAfter && {
      recordsAfter: (position) => around('recordsAfter', () => recordsAfter.call(inner, position)),
    }),
    append: (invalidations) => around('append', () => inner.append(invalidations)),
    follow,
    snapshot: () => around('snapshot', () => inner.snapshot()),
    head: () => around('head', () => inner.head()),
    close() {
      for (const own of [...following]) own.stop()
      return inner.close()
    },
    interrupt(cause) {
      for (const own of [...following]) own.channel.interrupted(cause)
    },
  }
}
