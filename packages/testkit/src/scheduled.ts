import type { InvalidationLog, LogFollower, Tier } from '@hotpath/contract'
import { aroundLog } from './around-log.ts'
import { aroundTier } from './around-tier.ts'
import { type LogChannel, gate } from './log-channel.ts'
import type { Scheduler } from './scheduler.ts'

/**
 * Puts a tier under a scheduler: each call takes one turn to arrive and one to be answered, labelled with the name and
 * the operation, as in `redis.get asked`.
 */
export function scheduledTier(inner: Tier, scheduler: Scheduler, name: string = inner.type): Tier {
  return aroundTier(inner, (operation, action) => scheduler.call(`${name}.${operation}`, action))
}

/** Puts an invalidation log under a scheduler: calls as those of a tier, and each delivery to a follower is a turn. */
export function scheduledLog(inner: InvalidationLog, scheduler: Scheduler, name = 'log'): InvalidationLog {
  return aroundLog(inner, {
    around: (operation, action) => scheduler.call(`${name}.${operation}`, action),
    channel: (follower) => scheduledChannel(follower, scheduler, name),
  })
}

/** Delivers in order: the next delivery begins to wait for its turn when the one before has happened. */
function scheduledChannel(follower: LogFollower, scheduler: Scheduler, name: string): LogChannel {
  const channel = gate(follower)
  let queue: Promise<void> = Promise.resolve()

  function enqueue(label: string, deliver: () => void): void {
    queue = queue.then(() => scheduler.turn(label)).then(deliver)
  }

  return {
    record: (record) => enqueue(`${name} delivers ${record.position}`, () => channel.record(record)),
    interrupted: (cause) => enqueue(`${name} interrupts`, () => channel.interrupted(cause)),
    close: channel.close,
  }
}
