import { TierError } from '@hotpath/contract'
import { retryDeadlocks } from '../retry-deadlocks.ts'
import { createRunOn } from '../statements.ts'
import { isDeadlock, isOfServer } from './advice.ts'
import { type MysqlConnection, type MysqlPool, type MysqlQuery, SHAPE } from './client.ts'

type Values = NonNullable<MysqlQuery['values']>

/** Runs statements, each a transaction of its own, and again when the server had to end one for another's sake. */
export interface Run {
  /** Rows of a query with values of any number. */
  rows<Row>(sql: string, values: Values, limitMs?: number): Promise<readonly Row[]>
  /** Rows of a query that is prepared once. */
  prepared<Row>(sql: string, values: Values): Promise<readonly Row[]>
  /** Calls a procedure; answers with the row that it selects. */
  call<Row>(procedure: string, values: Values): Promise<Row>
  /** Changes rows; resolves to how many it found. `limitMs` is how long it may take. */
  change(sql: string, values: Values, limitMs?: number): Promise<number>
  /** How many bytes a statement may have. */
  maxBytes(): Promise<number>
}

interface Settings {
  readonly autocommit: number | string
  readonly bytes: number | string
  readonly sample: unknown
}

/** Bytes that no text and no number is. */
const SAMPLE = Buffer.from('00ff', 'hex')

export function createRun(pool: MysqlPool): Run {
  const runOn = createRunOn<MysqlConnection>({
    take: () => pool.getConnection(),
    giveBack: (connection) => connection.release(),
    destroy: (connection) => connection.destroy(),
    probe: (connection) => connection.query({ sql: 'SELECT 1', ...SHAPE }),
    isUsableAfter: isOfServer,
  })
  let settings: Promise<Settings> | undefined

  /** Without autocommit nothing would ever be visible to others, and rows would stay locked. */
  async function check(): Promise<Settings> {
    const sql = 'SELECT @@autocommit AS autocommit, @@max_allowed_packet AS bytes, CAST(? AS BINARY) AS sample'
    const [rows] = await runOn((connection) => connection.query({ sql, values: [SAMPLE], ...SHAPE }))
    const [found] = rows as [Settings]
    if (!Buffer.isBuffer(found.sample) || !found.sample.equals(SAMPLE)) {
      throw refused('write and read values as the driver does by itself', 'Give the cache a pool of its own.')
    }
    if (Number(found.autocommit) === 1) return found
    throw refused('have autocommit turned on, received 0', 'Leave `autocommit` of the session as it is by default.')
  }

  function ready(): Promise<Settings> {
    settings ??= check().catch((cause: unknown) => {
      settings = undefined
      throw cause
    })
    return settings
  }

  async function send(method: 'query' | 'execute', sql: string, values: Values, limitMs?: number): Promise<unknown> {
    await ready()
    const run = (connection: MysqlConnection): Promise<[unknown, unknown]> =>
      connection[method]({ sql, values, ...SHAPE })
    return (await retryDeadlocks(isDeadlock, () => runOn(run, limitMs)))[0]
  }

  return {
    rows: <Row>(sql: string, values: Values, limitMs?: number) =>
      send('query', sql, values, limitMs) as Promise<readonly Row[]>,
    prepared: <Row>(sql: string, values: Values) => send('execute', sql, values) as Promise<readonly Row[]>,
    async call<Row>(procedure: string, values: Values) {
      const sql = `CALL ${procedure}(${values.map(() => '?').join(', ')})`
      const sets = (await send('execute', sql, values)) as [Row[]]
      return sets[0][0] as Row
    },
    async change(sql, values, limitMs) {
      const { affectedRows } = (await send('query', sql, values, limitMs)) as { readonly affectedRows: number }
      return affectedRows
    },
    maxBytes: async () => Number((await ready()).bytes),
  }
}

function refused(must: string, way: string): TierError {
  return new TierError('ERR_TIER_FAILED', `The connections of \`pool\` must ${must}. ${way}`, {
    context: { tier: 'mysql' },
  })
}
