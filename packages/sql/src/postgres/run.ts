import { TierError } from '@hotpath/contract'
import { retryDeadlocks } from '../retry-deadlocks.ts'
import { createRunOn } from '../statements.ts'
import { isDeadlock, isOfServer } from './advice.ts'
import type { PostgresConnection, PostgresPool, PostgresQuery, PostgresResult } from './client.ts'
import { TYPES } from './value-types.ts'

/** Runs one statement, which is a transaction of its own; `limitMs` is how long it may take. */
export type Run = (query: PostgresQuery, limitMs?: number) => Promise<PostgresResult>

/** A value of each type that we read, and what it has to come as. */
const SAMPLE = 'SELECT $1::bytea AS bytes, 9007199254740993::bigint AS large, 7::integer AS small'
const BYTES = Buffer.from('00ff', 'hex')

/** On any connection of a pool, and again when the server had to end it for another's sake. */
export function createRun(pool: PostgresPool): Run {
  guard(pool)
  const runOn = createRunOn({
    async take() {
      const connection = await pool.connect()
      // It is ours now, and its end shows as a failed query; without a listener it would end the process.
      connection.on('error', ignore)
      return connection
    },
    giveBack(connection) {
      connection.off('error', ignore)
      release(pool, connection)
    },
    destroy: (connection) => connection.release(true),
    probe: (connection) => connection.query({ text: 'SELECT 1' }),
    isUsableAfter: isOfServer,
  })
  const send: Run = (query, limitMs) =>
    retryDeadlocks(isDeadlock, () => runOn((connection) => connection.query({ ...query, types: TYPES }), limitMs))

  let checked: Promise<void> | undefined
  function ready(): Promise<void> {
    checked ??= check(send).catch((cause: unknown) => {
      checked = undefined
      throw cause
    })
    return checked
  }

  return async (query, limitMs) => {
    await ready()
    return send(query, limitMs)
  }
}

/** A client that reads our bytes in another way would lose invalidations without a word. */
async function check(send: Run): Promise<void> {
  const { rows } = await send({ text: SAMPLE, values: [BYTES] })
  const { bytes, large, small } = (rows[0] ?? {}) as Record<string, unknown>
  if (Buffer.isBuffer(bytes) && bytes.equals(BYTES) && large === '9007199254740993' && small === 7) return
  throw new TierError(
    'ERR_TIER_FAILED',
    'The connections of `pool` read values in a way of their own, and ignore the `types` of a query. Use a `Pool` of pg without `native`, and leave its rows as they are.',
    { context: { tier: 'postgres' } },
  )
}

/**
 * Gives a connection back. Heartbeats use one every second, so that it would never be idle for long enough to be closed, and
 * would keep the process alive. What the pool does for `allowExitOnIdle` is done for ours alone.
 */
function release({ options }: PostgresPool, connection: PostgresConnection): void {
  if (options?.allowExitOnIdle !== false) return connection.release()
  options.allowExitOnIdle = true
  try {
    connection.release()
  } finally {
    options.allowExitOnIdle = false
  }
}

let guarded: WeakSet<PostgresPool> | undefined

/** What the server says right behind its greeting comes before anybody who asked for the connection has it. */
function guard(pool: PostgresPool): void {
  guarded ??= new WeakSet()
  if (guarded.has(pool)) return
  guarded.add(pool)
  pool.on('connect', (connection) => void connection.on('error', ignore))
}

function ignore(): void {}
