/**
 * The leases of one cache in MySQL or MariaDB. A row stays when its lease has ended, until it is swept, so that fencing
 * tokens of a key grow: they are the server's clock in microseconds, or one more than the last. Nobody tells of a
 * release; who waits looks.
 */
import type { LeaseTable } from '../backend.ts'
import { MAX_AHEAD_MS } from '../positions-and-clocks.ts'
import { partsOf } from '../parts-of.ts'
import type { Run } from './run.ts'
import { NOW_MS, NOW_US } from './schema.ts'

/** What leases work with. */
export interface LeaseTableParts {
  readonly run: Run
  readonly prefix: string
  /** Of the cache. */
  readonly name: string
}

/** Keys of one statement. */
const LOOKS = 500

export function openLeaseTable({ run, prefix, name }: LeaseTableParts): LeaseTable {
  const table = `${prefix}_leases`
  const mine = `name = ? AND \`key\` = ? AND holder = ? AND expires_at > ${NOW_MS}`

  return {
    async acquire({ key, holder, ttlMs }) {
      // Assigned from left to right, each seeing those before: what is compared with comes last.
      const ended = `expires_at <= ${NOW_MS} OR expires_at > VALUES(expires_at) + ${MAX_AHEAD_MS}`
      const take = `INSERT INTO ${table} (name, \`key\`, holder, token, expires_at)
        VALUES (?, ?, ?, ${NOW_US}, ${NOW_MS} + ?) ON DUPLICATE KEY UPDATE
        token = IF(${ended}, GREATEST(token + 1, VALUES(token)), token), holder = IF(${ended}, VALUES(holder), holder),
        expires_at = IF(${ended}, VALUES(expires_at), expires_at)`
      const bytes = Buffer.from(key)
      await run.change(take, [name, bytes, holder, ttlMs])
      const [granted] = await run.prepared<{ token: number | string }>(`SELECT token FROM ${table} WHERE ${mine}`, [
        name,
        bytes,
        holder,
      ])
      return granted && Number(granted.token)
    },
    async renew({ key, holder, ttlMs }) {
      const values = [ttlMs, name, Buffer.from(key), holder]
      return (await run.change(`UPDATE ${table} SET expires_at = ${NOW_MS} + ? WHERE ${mine}`, values)) === 1
    },
    async release({ key, holder }) {
      await run.change(`UPDATE ${table} SET expires_at = ${NOW_MS} WHERE ${mine}`, [name, Buffer.from(key), holder])
    },
    async held(keys) {
      const sql = `SELECT \`key\` FROM ${table} WHERE name = ? AND \`key\` IN (?) AND expires_at > ${NOW_MS}`
      const held = new Set<string>()
      for (const some of partsOf(keys, { count: LOOKS })) {
        const rows = await run.rows<{ key: Buffer }>(sql, [name, some.map((key) => Buffer.from(key))])
        for (const { key } of rows) held.add(key.toString())
      }
      return held
    },
    onRelease: () => () => {},
  }
}
