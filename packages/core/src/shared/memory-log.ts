import {
  type ByteSize,
  type InvalidationLog,
  type LogFollower,
  type LogRecord,
  type Mark,
  type OptionTable,
  type Random,
  checkOptions,
  compilePattern,
  functionOption,
  toBytes,
  wrongOption,
} from '@hotpath/contract'
import { createExactPositions } from '../view/exact-positions.ts'
import { newEpoch } from '../view/epoch.ts'

/** Bounds of an in-process log. */
export interface MemoryLogOptions {
  /** How many keys and how many tags are remembered, each hard and soft. Beyond it the floor rises: old entries become misses. Default 50,000. */
  readonly maxEntries?: number | undefined
  /** The same in bytes of keys and of tags. Default `'8mb'`. */
  readonly maxBytes?: ByteSize | undefined
  /** Where the epoch comes from. Default `Math.random`. */
  readonly random?: Random | undefined
}

const MEMORY_LOG_OPTIONS: OptionTable<keyof MemoryLogOptions> = {
  maxEntries: true,
  maxBytes: true,
  random: functionOption,
}

/** Beyond it the oldest is taken for hard. */
const MAX_TIMED = /* bound: timed-records */ 10_000

/**
 * Makes an in-process invalidation log: a counter and exact tables of positions. Nothing is asynchronous about it.
 *
 * Caches of one process that share entries must share the log too.
 *
 * @throws ConfigError for a bound that is not positive and finite.
 */
export function createMemoryLog(options: MemoryLogOptions = {}): InvalidationLog {
  checkOptions(options, 'createMemoryLog', MEMORY_LOG_OPTIONS)
  const limits = {
    maxEntries: atLeastOne(options.maxEntries ?? 50_000, 'maxEntries'),
    maxBytes: atLeastOne(toBytes(options.maxBytes ?? '8mb', 'maxBytes'), 'maxBytes'),
  }
  const epoch = newEpoch(options.random ?? Math.random)
  const positions = createExactPositions(compilePattern, limits)
  const followers = new Set<LogFollower>()
  let position = 0
  const here = (): Mark => ({ epoch, position })
  /** A follower may append too: all get every record, in order. */
  let undelivered: LogRecord[] = []
  /** What is soft for a time in the caches that follow, and hard for those that begin later: they cannot know how long ago it was. */
  const timed: LogRecord[] = []
  const deliver = (): void => {
    for (const record of undelivered) for (const follower of followers) tell(follower, record)
    undelivered = []
  }

  return {
    append(invalidations) {
      const isNested = undelivered.length > 0
      for (const invalidation of invalidations) {
        const record: LogRecord = { ...invalidation, epoch, position: position + 1, previous: position }
        position = record.position
        positions.raise({ ...record, forMs: undefined })
        if (record.forMs !== undefined) timed.push(record)
        undelivered.push(record)
      }
      for (const record of timed.splice(0, Math.max(0, timed.length - MAX_TIMED))) positions.raise(record)
      const mark = here()
      if (!isNested) deliver()
      return mark
    },
    follow(follower) {
      followers.add(follower)
      return { from: here(), stop: () => void followers.delete(follower) }
    },
    // Sharing the live table is fine: raising is idempotent, and every reader lives in this process.
    snapshot() {
      for (const record of timed.splice(0)) positions.raise(record)
      return { ...here(), life: epoch, positions }
    },
    head: () => ({ ...here(), life: epoch }),
    // Caches that share the log close it each, and every follower ends by itself.
    close: () => {},
  }
}

function tell(follower: LogFollower, record: LogRecord): void {
  try {
    follower.record(record)
  } catch (error) {
    // One follower's fault is not another's; this one may have missed the record and must look again.
    try {
      follower.interrupted(error)
    } catch {
      // A follower that fails twice has no way left to hear of it.
    }
  }
}

function atLeastOne(value: number, option: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw wrongOption(option, 'a whole number from 1', value, 'Leave it out for the default.', 'ERR_CONFIG_UNBOUNDED')
}
