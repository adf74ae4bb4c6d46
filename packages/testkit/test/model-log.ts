import {
  type InvalidationLog,
  type LogFollower,
  type LogPositions,
  type LogRecord,
  type Scope,
  type Strength,
  compilePattern,
  hasKeyPrefix,
  strengthInState,
} from '@hotpath/contract'

export type ModelLog = InvalidationLog & { readonly followers: ReadonlySet<LogFollower> }

let lives = 0

/** The plainest log there can be: it keeps all records, and judges by looking through them. */
export function createModelLog(): ModelLog {
  const epoch = `life-${++lives}`
  const records: LogRecord[] = []
  const followers = new Set<LogFollower>()
  const mark = () => ({ epoch, position: records.length })

  return {
    followers,
    append(invalidations) {
      for (const each of invalidations) {
        const record = { ...each, epoch, position: records.length + 1, previous: records.length }
        records.push(record)
        for (const follower of followers) deliver(follower, record)
      }
      return mark()
    },
    follow(follower) {
      // A wrapper of its own, so that one follower may follow twice.
      const own: LogFollower = {
        record: (each) => follower.record(each),
        interrupted: (cause) => follower.interrupted(cause),
      }
      followers.add(own)
      return { from: mark(), stop: () => void followers.delete(own) }
    },
    snapshot: () => ({ ...mark(), life: epoch, positions: createModelPositions(records) }),
    head: () => ({ ...mark(), life: epoch }),
    close: () => followers.clear(),
  }
}

type Raised = Parameters<LogPositions['raise']>[0]

type Judgement = (key: string, tags: readonly string[]) => boolean

function createModelPositions(known: readonly Raised[]): LogPositions {
  const records: (Raised & { readonly concerns: Judgement })[] = []
  const raise = (record: Raised): void => void records.push({ ...record, concerns: judgementOf(record.scope) })
  const highest = (strength: Strength, key: string, tags: readonly string[]): number => {
    const matching = records.filter((record) => strengthInState(record) === strength && record.concerns(key, tags))
    return Math.max(0, ...matching.map((record) => record.position))
  }
  for (const record of known) raise(record)
  return {
    raise,
    hardAt: (key, tags) => highest('hard', key, tags),
    softAt: (key, tags) => highest('soft', key, tags),
  }
}

function judgementOf(scope: Scope): Judgement {
  switch (scope.type) {
    case 'all':
      return () => true
    case 'key':
      return (key) => key === scope.key
    case 'tag':
      return (_, tags) => tags.includes(scope.tag)
    case 'prefix':
      return (key) => hasKeyPrefix(key, scope.prefix)
    case 'pattern':
      return compilePattern(scope.pattern)
  }
}

function deliver(follower: LogFollower, record: LogRecord): void {
  try {
    follower.record(record)
  } catch {
    // A follower's fault is his own.
  }
}
