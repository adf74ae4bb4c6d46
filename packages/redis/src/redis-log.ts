/** The invalidation log of one cache in Redis: see `log-scripts.ts` for what lies there. */
import { randomBytes } from 'node:crypto'
import {
  type Invalidation,
  type InvalidationLog,
  LogError,
  type LogHead,
  type LogRecord,
  type Mark,
  type Scope,
  type Strength,
  type TierContext,
} from '@hotpath/contract'
import { type CellPosition, type CellState, cellsOf, createCellPositions } from '@hotpath/core'
import type { RedisClient } from './client.ts'
import { APPEND, HEAD, SNAPSHOT } from './log-scripts.ts'
import type { ServerClock } from './server-clock.ts'
import type { StreamEntry, StreamFollower } from './stream-follower.ts'

/** What a log works with. */
export interface LogParts {
  readonly client: RedisClient
  readonly clock: ServerClock
  readonly follower: StreamFollower
  /** Between the braces of a hash tag, so that state and stream share a slot. */
  readonly slotName: string
  /** Identity of the server, where it is not to be asked for. */
  readonly life: string
}

const HEARTBEAT_MS = 1_000
/** Records that a follower may be behind before it has to read the state anew. */
const STREAM_LENGTH = 10_000
const STRENGTHS: Readonly<Record<string, Strength>> = { h: 'hard', s: 'soft' }

export function openLog(parts: LogParts, context: TierContext): InvalidationLog {
  const { client, clock, follower, slotName, life } = parts
  const keys = [`{${slotName}}:log`, `{${slotName}}:stream`]
  const stream = keys[1] as string
  const stops = new Set<() => void>()

  /** Eight characters: six bytes in the header of every entry. A candidate, taken when a new epoch is due. */
  const candidate = (): string => randomBytes(6).toString('base64url')

  async function timed(script: typeof HEAD): Promise<{ head: LogHead; rest: readonly unknown[] }> {
    const sentAt = context.elapsed()
    const reply = (await script.run(client, keys, [candidate(), life])) as unknown[]
    const [epoch, runId, position, seconds, microseconds, ...rest] = reply
    clock.sample(Number(seconds) * 1_000 + Number(microseconds) / 1_000, sentAt, context.elapsed())
    return { head: { epoch: String(epoch), life: String(runId), position: Number(position) }, rest }
  }

  const head = async (): Promise<LogHead> => (await timed(HEAD)).head

  return {
    heartbeatMs: HEARTBEAT_MS,
    head,
    async append(invalidations) {
      const records = invalidations.flatMap(toArguments)
      const reply = await APPEND.run(client, keys, [candidate(), life, STREAM_LENGTH, ...records])
      const [epoch, position] = reply as [string, string]
      return { epoch, position: Number(position) }
    },
    async follow(listener) {
      const { epoch, position } = await head()
      const from: Mark = { epoch, position }
      const end = follower.follow(stream, position, (entry) => {
        const record = toRecord(entry)
        if (record === undefined) listener.interrupted(unknownRecord())
        else listener.record(record)
      })
      const stop = (): void => {
        stops.delete(stop)
        end()
      }
      stops.add(stop)
      return { from, stop }
    },
    async snapshot() {
      const { head: at, rest } = await timed(SNAPSHOT)
      return { ...at, positions: createCellPositions(stateOf(rest[0], at.epoch)) }
    },
    close() {
      for (const stop of [...stops]) stop()
    },
  }
}

function toArguments({ scope, strength }: Invalidation): (string | number)[] {
  const letter = strength === 'hard' ? 'h' : 's'
  switch (scope.type) {
    case 'all':
      return [letter, 'a', '', 0, 0]
    case 'key':
      return [letter, 'k', scope.key, ...cellsOf('key', scope.key)]
    case 'tag':
      return [letter, 't', scope.tag, ...cellsOf('tag', scope.tag)]
    case 'prefix':
      return [letter, 'p', scope.prefix, 0, 0]
    case 'pattern':
      return [letter, 'x', scope.pattern, 0, 0]
  }
}

function toScope(type: string | undefined, value: string): Scope | undefined {
  switch (type) {
    case 'a':
      return { type: 'all' }
    case 'k':
      return { type: 'key', key: value }
    case 't':
      return { type: 'tag', tag: value }
    case 'p':
      return { type: 'prefix', prefix: value }
    case 'x':
      return { type: 'pattern', pattern: value }
    default:
      return undefined
  }
}

function toRecord({ position, fields }: StreamEntry): LogRecord | undefined {
  const { e: epoch, b: before, s: letter = '', t: type, v: value } = fields
  const [scope, strength, previous] = [toScope(type, value ?? ''), STRENGTHS[letter], Number(before)]
  if (epoch === undefined || scope === undefined || strength === undefined || !Number.isSafeInteger(previous)) {
    return undefined
  }
  return { epoch, position, previous, scope, strength }
}

/** Reads the fields of the state. What a later version may have added raises the floor: too high is safe. */
function stateOf(flat: unknown, epoch: string): CellState {
  const list = flat as readonly string[]
  const cells: CellPosition[] = []
  const records: (Invalidation & Mark)[] = []
  for (let index = 0; index + 1 < list.length; index += 2) {
    const [field, position] = [list[index] as string, Number(list[index + 1])]
    const [, letter = '', cell] = /^([hs])(\d+)$/.exec(field) ?? []
    const [, patternLetter = '', type, text = ''] = /^([hs])([xp]):(.*)$/s.exec(field) ?? []
    if (cell !== undefined) cells.push({ strength: STRENGTHS[letter] as Strength, cell: Number(cell), position })
    else if (field === 'F' || field === 'G') {
      records.push({ scope: { type: 'all' }, strength: field === 'F' ? 'hard' : 'soft', epoch, position })
    } else if (type !== undefined) {
      const scope = toScope(type, text) as Scope
      records.push({ scope, strength: STRENGTHS[patternLetter] as Strength, epoch, position })
    }
  }
  return { cells, records }
}

function unknownRecord(): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    'The stream of the invalidation log holds a record that cannot be read. The state is read anew; look for another program that writes to it.',
  )
}
