import type { InvalidationLog, LogFollower, LogPositions, LogRecord, LogSnapshot } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import { ConformanceError, logCases } from '../src/index.ts'
import { createModelLog } from './model-log.ts'

describe('the model log keeps the contract of logs: it', () => {
  for (const { name, run } of logCases({ open: createModelLog })) test(name, run)
})

interface Fault {
  readonly case: string
  readonly break: (log: InvalidationLog) => Partial<InvalidationLog>
  /** Where the fault itself throws. */
  readonly error?: string
}

/** Ways to break a log. Each must be noticed by the case that is about it. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'repeats its epoch': {
    case: 'lives in an epoch of its own',
    break: (log) => ({ head: async () => ({ ...(await log.head()), epoch: 'always' }) }),
  },
  'writes its epoch in other characters': {
    case: 'begins with an epoch that fits a URL, a life, and a position that is a safe integer',
    break: (log) => ({ head: async () => ({ ...(await log.head()), epoch: 'a/b' }) }),
  },
  'stands still': {
    case: 'grows its position with each record',
    break: (log) => ({ append: async () => log.head() }),
  },
  'answers with the first record of an append': {
    case: 'answers an append with the mark of its last record, which is the head and that of the snapshot',
    break: (log) => ({
      async append(invalidations) {
        const mark = await log.append(invalidations)
        return { ...mark, position: mark.position - invalidations.length + 1 }
      },
    }),
  },
  'adds a record for an empty append': {
    case: 'adds no record for an empty append, and answers where it stands',
    break: (log) => ({
      append: (invalidations) =>
        log.append(invalidations.length > 0 ? invalidations : [{ scope: { type: 'all' }, strength: 'hard' }]),
    }),
  },
  'appends one by one': {
    case: 'keeps the records of an append together and in order, however many append at once',
    break: (log) => ({
      async append(invalidations) {
        for (const each of invalidations) {
          await Promise.resolve()
          await log.append([each])
        }
        return log.head()
      },
    }),
  },
  'forgets the strength': {
    case: 'carries each scope and strength unchanged',
    break: (log) => ({
      append: (invalidations) => log.append(invalidations.map((each) => ({ ...each, strength: 'hard' }))),
    }),
  },
  'breaks the chain': {
    case: 'delivers every record after the point it names, each linked to the one before',
    break: (log) => ({
      follow: (follower) => log.follow(changing(follower, (record) => ({ ...record, previous: 0 }))),
    }),
  },
  'says that it follows from the beginning': {
    case: 'delivers every record after the point it names, each linked to the one before',
    break: (log) => ({
      async follow(follower) {
        const { from, stop } = await log.follow(follower)
        return { from: { ...from, position: 0 }, stop }
      },
    }),
  },
  'begins to deliver late': {
    case: 'loses no record between following and the snapshot',
    break: (log) => ({
      follow: (follower) => {
        let skipped = 0
        return log.follow({ ...follower, record: (record) => void (skipped++ > 0 && follower.record(record)) })
      },
      snapshot: outdatedSnapshot(log),
    }),
  },
  'answers an old snapshot': {
    case: 'has all records up to its mark in a snapshot',
    break: (log) => ({ snapshot: outdatedSnapshot(log) }),
  },
  'delivers after stop': {
    case: 'ends delivery on stop, for that follower alone',
    break: (log) => ({ follow: async (follower) => ({ ...(await log.follow(follower)), stop() {} }) }),
  },
  'fails with its followers': {
    case: 'lets a follower that throws harm nobody',
    error: 'thrown by a follower',
    break: (log) => {
      const followers = new Set<LogFollower>()
      return {
        async append(invalidations) {
          const mark = await log.append(invalidations)
          for (const follower of followers)
            follower.record({ ...mark, scope: { type: 'all' }, strength: 'hard', previous: 0 })
          return mark
        },
        follow(follower) {
          followers.add(follower)
          return log.follow(follower)
        },
      }
    },
  },
  'takes a soft record for a hard one': {
    case: 'outdates what a record concerns, and nothing else: key',
    break: (log) =>
      judging(log, (positions) => ({
        hardAt: (key, tags) => Math.max(positions.hardAt(key, tags), positions.softAt(key, tags)),
      })),
  },
  'takes tags for keys': {
    case: 'outdates what a record concerns, and nothing else: tag',
    break: (log) => judging(log, (positions) => ({ hardAt: (key, tags) => positions.hardAt(key, [...tags, key]) })),
  },
  'cuts prefixes anywhere': {
    case: 'outdates what a record concerns, and nothing else: prefix',
    break: (log) => judging(log, (positions) => ({ hardAt: (key, tags) => positions.hardAt(key.slice(0, 6), tags) })),
  },
  'outdates what was loaded at the record itself': {
    case: 'answers with the highest position of all records that concern an entry',
    break: (log) => judging(log, (positions) => ({ hardAt: (key, tags) => positions.hardAt(key, tags) + 1 })),
  },
  'assigns positions instead of raising them': {
    case: 'never answers lower when it takes in an older record',
    break: (log) =>
      judging(log, (positions) => {
        let last = 0
        return {
          raise(record) {
            last = record.position
            positions.raise(record)
          },
          hardAt: () => last,
        }
      }),
  },
  'forgets without raising its floor': {
    case: 'never answers too low after 1100 records of scope `tag`, whatever it forgets',
    break: (log) =>
      judging(log, (positions) => ({
        hardAt: (key, tags) => (tags.includes('tag:3') ? 0 : positions.hardAt(key, tags)),
      })),
  },
}

describe('the suite for logs notices a log that', () => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    test(name, async () => {
      const found = logCases({ open: broken(fault.break) }).find((each) => each.name === fault.case)
      if (found === undefined) throw new Error(`There is no case named: ${fault.case}`)
      await expect(found.run()).rejects.toThrow(fault.error ?? ConformanceError)
    })
  }
})

test('the names of the cases are unique', () => {
  const names = logCases({ open: createModelLog }).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

function broken(fault: (log: InvalidationLog) => Partial<InvalidationLog>): () => InvalidationLog {
  return () => {
    const log = createModelLog()
    return { ...log, ...fault(log) }
  }
}

function changing(follower: LogFollower, change: (record: LogRecord) => LogRecord): LogFollower {
  return { ...follower, record: (record) => follower.record(change(record)) }
}

function judging(
  log: InvalidationLog,
  change: (positions: LogPositions) => Partial<LogPositions>,
): Partial<InvalidationLog> {
  return {
    async snapshot() {
      const snapshot = await log.snapshot()
      return { ...snapshot, positions: { ...snapshot.positions, ...change(snapshot.positions) } }
    },
  }
}

/** A snapshot whose positions lag behind its mark. */
function outdatedSnapshot(log: InvalidationLog): () => Promise<LogSnapshot> {
  const first = log.snapshot()
  return async () => ({ ...(await log.snapshot()), positions: (await first).positions })
}
