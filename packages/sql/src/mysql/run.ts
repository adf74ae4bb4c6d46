import { TierError } from '@hotpath/contract'
import { retryDeadlocks } from '../retry-deadlocks.ts'
import { isDeadlock } from './advice.ts'
import type { MysqlPool, MysqlQuery } from './client.ts'

type Values = NonNullable<MysqlQuery['values']>

/** Runs statements, each a transaction of its own, and again when the server had to end one for another's sake. */
export interface Run {
  /** Rows of a query with values of any number. */
  rows<Row>(sql: string, values: Values): Promise<readonly Row[]>
  /** Rows of a query that is prepared once. */
  prepared<Row>(sql: string, values: Values): Promise<readonly Row[]>
  /** Calls a procedure; answers with the row that it selects. */
  call<Row>(procedure: string, values: Values): Promise<Row>
  /** Changes rows; answers with how many it found. */
  change(sql: string, values: Values): Promise<number>
  /** How many bytes a statement may have. */
  maxBytes(): Promise<number>
}

interface Settings {
  readonly autocommit: number | string
  readonly bytes: number | string
}

/** Whatever the pool's own settings say. */
const SHAPE = { rowsAsArray: false, typeCast: true } as const

export function createRun(pool: MysqlPool): Run {
  let settings: Promise<Settings> | undefined

  /** Without autocommit nothing would ever be visible to others, and rows would stay locked. */
  async function check(): Promise<Settings> {
    const [rows] = await pool.query({
      sql: 'SELECT @@autocommit AS autocommit, @@max_allowed_packet AS bytes',
      ...SHAPE,
    })
    const [found] = rows as [Settings]
    if (Number(found.autocommit) === 1) return found
    throw new TierError(
      'ERR_TIER_FAILED',
      'The connections of `pool` must have autocommit turned on, received 0. Leave `autocommit` of the session as it is by default.',
      { context: { tier: 'mysql' } },
    )
  }

  function ready(): Promise<Settings> {
    settings ??= check().catch((cause: unknown) => {
      settings = undefined
      throw cause
    })
    return settings
  }

  async function again(run: () => Promise<[unknown, unknown]>): Promise<unknown> {
    await ready()
    return (await retryDeadlocks(isDeadlock, run))[0]
  }

  return {
    rows: <Row>(sql: string, values: Values) =>
      again(() => pool.query({ sql, values, ...SHAPE })) as Promise<readonly Row[]>,
    prepared: <Row>(sql: string, values: Values) =>
      again(() => pool.execute({ sql, values, ...SHAPE })) as Promise<readonly Row[]>,
    async call<Row>(procedure: string, values: Values) {
      const sql = `CALL ${procedure}(${values.map(() => '?').join(', ')})`
      const sets = (await again(() => pool.execute({ sql, values, ...SHAPE }))) as [Row[]]
      return sets[0][0] as Row
    },
    async change(sql, values) {
      const { affectedRows } = (await again(() => pool.query({ sql, values, ...SHAPE }))) as {
        readonly affectedRows: number
      }
      return affectedRows
    },
    maxBytes: async () => Number((await ready()).bytes),
  }
}
