/** The invalidation log of one cache in Redis: see `log-scripts.ts` for what lies there. */
import { randomBytes } from 'node:crypto'
import {
  type Invalidation,
  type InvalidationLog,
  LogError,
  type LogFollower,
  type LogHead,
  type LogRecord,
  type Mark,
  type ServerClock,
  type TierContext,
  fromWireInvalidation,
  toWireInvalidation,
} from '@hotpath/contract'
import { cellsOf } from '@hotpath/core/log'
import type { Connection } from './connection.ts'
import { SilenceError } from './follower-connection.ts'
import { APPEND, HEAD, REPAIR, timeIn } from './log-scripts.ts'
import { positionsIn, readState } from './log-state.ts'
import type { StreamFollower } from './stream-follower.ts'
import { type StreamEntry, readStreams } from './stream-read.ts'

/** What a log works with. */
export interface LogParts {
  readonly connection: Connection
  readonly clock: ServerClock
  readonly follower: StreamFollower
  /** Between the braces of a hash tag, so that state and stream share a slot. */
  readonly slotName: string
  /** Whether another server begins a new epoch. */
  readonly checkLife: boolean
}

const HEARTBEAT_MS = 1_000
/** Records that a follower may be behind before it has to read the state anew. */
const STREAM_LENGTH = 10_000
/** Records of one script: it holds up everybody else while it runs, and arguments are bounded. */
const MAX_RECORDS = 500
/** A state that was begun anew while it was read is bad luck; three times are not. */
const MAX_READS = 3
/** Processes that begin anew together, after a failover say, read a large state within this time, not all at once. */
const MAX_SPREAD_MS = 250
/** Rows that are read in no time; each as many take another millisecond. */
const SMALL_STATE = 100
/** After how long a stream that could not be repaired is read again. */
const REPAIR_MS = 1_000

export function openLog(parts: LogParts, context: TierContext): InvalidationLog {
  const { connection, clock, follower, slotName, checkLife } = parts
  const [state, stream] = [`{${slotName}}:log`, `{${slotName}}:stream`] as const
  const keys = [state, stream]
  const life = checkLife ? '' : 'unchecked'
  const stops = new Set<() => void>()
  let isClosed = false
  /** Whether it was said that the stream cannot be followed. */
  let isReported = false
  /** Rows of cells when the state was read last. */
  let rows = 0

  /** Eight characters: six bytes in the header of every entry. A candidate, taken when a new epoch is due. */
  const candidate = (): string => randomBytes(6).toString('base64url')

  async function head(): Promise<LogHead> {
    const ask = async (): Promise<unknown[]> => (await HEAD.run(connection, keys, [candidate(), life])) as unknown[]
    const [epoch, runId, position] = await clock.timed(ask, (reply) => timeIn(reply.slice(3)))
    return { epoch: String(epoch), life: String(runId), position: Number(position) }
  }

  const readFields = async (fields: readonly string[]): Promise<readonly (string | null)[]> =>
    (await connection.call('HMGET', state, ...fields)) as (string | null)[]

  async function appendSome(invalidations: readonly Invalidation[]): Promise<Mark> {
    const records = invalidations.flatMap(toArguments)
    const reply = await APPEND.run(connection, keys, [candidate(), life, STREAM_LENGTH, ...records])
    const [epoch, position] = reply as [string, string]
    return { epoch, position: Number(position) }
  }

  function report(error: LogError): void {
    if (!isReported && !isClosed) context.fault(error)
    isReported = true
  }

  /** Waits a random part of some milliseconds. */
  function spread(maxMs: number): Promise<void> {
    if (maxMs < 1) return Promise.resolve()
    const delayMs = Math.random() * Math.min(maxMs, MAX_SPREAD_MS)
    return new Promise((resolve) => void context.clock.after(delayMs, resolve))
  }

  /** Removes what is not ours; whatever else was lost with it shows as a gap. */
  async function repair(): Promise<void> {
    await REPAIR.run(connection, keys, [candidate(), life])
  }

  /** A record that is not ours must not be met again at once. */
  function meet(follows: LogFollower): void {
    const error = unknownRecord()
    report(error)
    repair().then(
      () => follows.interrupted(error),
      () => void context.clock.after(REPAIR_MS, () => follows.interrupted(error)),
    )
  }

  return {
    heartbeatMs: HEARTBEAT_MS,
    maxRecords: MAX_RECORDS,
    head,
    /** No cache appends more than one command takes. What somebody else does is appended in several. */
    async append(invalidations) {
      let mark = await appendSome(invalidations.slice(0, MAX_RECORDS))
      for (let from = MAX_RECORDS; from < invalidations.length; from += MAX_RECORDS) {
        const next = await appendSome(invalidations.slice(from, from + MAX_RECORDS))
        // What was appended before may be lost with the old one.
        if (next.epoch !== mark.epoch) throw begunAnew()
        mark = next
      }
      return mark
    },
    async follow(follows) {
      const { epoch, position } = await head()
      const from: Mark = { epoch, position }
      if (isClosed) return { from, stop: () => {} }
      const end = follower.follow(stream, position, {
        entry(entry) {
          const record = toRecord(entry)
          if (record === undefined) return meet(follows)
          isReported = false
          follows.record(record)
        },
        failed(cause) {
          report(unfollowed(cause))
          if (String(cause).includes('WRONGTYPE')) repair().catch(() => {})
        },
      })
      const stop = (): void => {
        stops.delete(stop)
        end()
      }
      stops.add(stop)
      return { from, stop }
    },
    /**
     * Plain commands read the state, and no script, which would hold up the server for longer. Which server they reached
     * is checked afterwards: a state of the same epoch that has come as far as the log had before holds all records up
     * to there, also on a server that has taken over meanwhile.
     */
    async snapshot() {
      await spread(rows / SMALL_STATE)
      for (let attempt = 0; attempt < MAX_READS; attempt++) {
        const at = await head()
        const read = await readState(readFields)
        rows = read?.rows.length ?? rows
        if (read?.epoch !== at.epoch || !(read.position >= at.position)) continue
        return { ...at, position: read.position, positions: await positionsIn(read) }
      }
      throw begunAnew()
    },
    async recordsAfter(position) {
      const replies = await readStreams(connection, new Map([[stream, position]]), undefined)
      return [...replies.values()].flat().map((entry) => {
        const record = toRecord(entry)
        if (record === undefined) throw unknownRecord()
        return record
      })
    },
    close() {
      isClosed = true
      for (const stop of [...stops]) stop()
    },
  }
}

function toArguments(invalidation: Invalidation): (string | number)[] {
  const { strength, type, value } = toWireInvalidation(invalidation)
  const { scope } = invalidation
  const cells =
    scope.type === 'key' ? cellsOf('key', scope.key) : scope.type === 'tag' ? cellsOf('tag', scope.tag) : [0, 0]
  return [strength, type, value, ...cells]
}

/** `undefined` for what no version of this package wrote. */
function toRecord({ position, fields }: StreamEntry): LogRecord | undefined {
  const { e: epoch, b: before, s: strength, t: type, v: value = '' } = fields
  const previous = Number(before)
  if (epoch === undefined || strength === undefined || type === undefined || !Number.isSafeInteger(previous)) {
    return undefined
  }
  return { epoch, position, previous, ...fromWireInvalidation({ strength, type, value }) }
}

function unknownRecord(): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    'The stream of the invalidation log held a record that cannot be read, so the state is read anew. Look for another program that writes to keys of the `redis` tier.',
  )
}

function unfollowed(cause: unknown): LogError {
  const wayOut =
    cause instanceof SilenceError
      ? 'Look for what drops idle connections between here and Redis.'
      : 'Grant the rights that the page on Redis names, `+xread` among them, and look for another program that writes to keys of the `redis` tier.'
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    `The stream of the invalidation log could not be followed, so invalidations by other processes arrive late. ${wayOut}`,
    { cause },
  )
}

function begunAnew(): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    'The invalidation log was begun anew meanwhile; what was done is tried again. Should it happen often, look for what flushes or replaces the server.',
  )
}
