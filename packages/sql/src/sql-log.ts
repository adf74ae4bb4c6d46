/** The invalidation log of one cache in a database. The same for all databases. */
import {
  type InvalidationLog,
  type LogFollower,
  LogError,
  type LogHead,
  type Mark,
  type TierContext,
  isHotpathError,
} from '@hotpath/contract'
import { AppendQueue } from './append-queue.ts'
import type { LogTable } from './backend.ts'
import { Follower } from './follower.ts'
import { toRow } from './scope-rows.ts'

/** What a log works with. */
export interface LogParts {
  readonly table: LogTable
  /** What to do about an error of the database, as a sentence to add. */
  readonly advice: (cause: unknown) => string
  /** How often new records are looked for without being told of. */
  readonly pollMs: () => number
  /** Lets go of what was opened for this log. */
  release(): Promise<void> | void
}

const HEARTBEAT_MS = 1_000

export function openLog({ table, advice, pollMs, release }: LogParts, context: TierContext): InvalidationLog {
  const followers = new Set<Follower>()
  const queue = new AppendQueue((records) => table.append(records), table.maxRecords)
  const head = (): Promise<LogHead> => guard(table.head())

  async function guard<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await answer
    } catch (cause) {
      if (isHotpathError(cause)) throw cause
      const message = `The invalidation log of \`${context.name}\` did not respond.${advice(cause)}`
      throw new LogError('ERR_LOG_UNAVAILABLE', message, { cause, context: { cache: context.name } })
    }
  }

  async function follow(listener: LogFollower): Promise<{ from: Mark; stop: () => void }> {
    const { epoch, position } = await head()
    const follower = new Follower({ table, listener, pollMs, clock: context.clock, after: position })
    followers.add(follower)
    const stop = (): void => {
      followers.delete(follower)
      follower.stop()
    }
    return { from: { epoch, position }, stop }
  }

  let closing: Promise<void> | undefined
  async function close(): Promise<void> {
    for (const follower of followers) follower.stop()
    followers.clear()
    await queue.close()
    await release()
  }

  return {
    heartbeatMs: HEARTBEAT_MS,
    maxRecords: table.maxRecords,
    head,
    async append(invalidations) {
      if (invalidations.length > 0) return guard(queue.append(invalidations.map(toRow)))
      const { epoch, position } = await head()
      return { epoch, position }
    },
    follow,
    snapshot: () => guard(table.state()),
    recordsAfter: (position) => guard(table.recordsAfter(position)),
    close: () => (closing ??= close()),
  }
}
