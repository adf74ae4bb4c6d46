import type { InvalidationLog, LogFollower, LogSubscription, MaybePromise } from '@hotpath/contract'
import { type LogChannel, gate } from './log-channel.ts'

/** One log for the caches of several nodes. */
export interface SharedLog {
  /** Gives one node its handle; closing it ends what this node follows and nothing else. */
  connect(): InvalidationLog
  /** The log loses its state: another one, of another epoch, takes its place, and followers are interrupted. */
  replace(): void
}

interface Following {
  readonly channel: LogChannel
  subscription: MaybePromise<LogSubscription>
}

/**
 * Makes one log that several nodes of a test share.
 *
 * @param make - Makes the log, and each one that replaces it: `() => createMemoryLog()`.
 */
export function createSharedLog(make: () => InvalidationLog): SharedLog {
  const all = new Set<Following>()
  let current = make()

  function stop(following: Following): void {
    all.delete(following)
    following.channel.close()
    void whenDone(following.subscription, (subscription) => subscription.stop())
  }

  function connect(): InvalidationLog {
    const own = new Set<Following>()

    function follow(follower: LogFollower): MaybePromise<LogSubscription> {
      const channel = gate(follower)
      const subscription = current.follow(channel)
      const following: Following = { channel, subscription }
      own.add(following)
      all.add(following)
      return whenDone(subscription, ({ from }) => ({
        from,
        stop() {
          own.delete(following)
          stop(following)
        },
      }))
    }

    return {
      append: (invalidations) => current.append(invalidations),
      follow,
      snapshot: () => current.snapshot(),
      head: () => current.head(),
      close() {
        for (const following of own) stop(following)
        own.clear()
      },
    }
  }

  return {
    connect,
    replace() {
      const lost = current
      current = make()
      for (const following of all) {
        void whenDone(following.subscription, (subscription) => subscription.stop())
        following.subscription = current.follow(following.channel)
      }
      void lost.close()
      for (const { channel } of [...all]) channel.interrupted(new Error('The log was replaced.'))
    },
  }
}

/** Goes on at once where the answer is there, so that a synchronous log stays one. */
function whenDone<Value, Result>(answer: MaybePromise<Value>, next: (value: Value) => Result): MaybePromise<Result> {
  return answer instanceof Promise ? answer.then(next) : next(answer)
}
