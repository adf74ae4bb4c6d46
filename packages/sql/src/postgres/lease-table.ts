/**
 * The leases of one cache in PostgreSQL. A row stays when its lease has ended, until it is swept, so that fencing
 * tokens of a key grow: they are the server's clock in microseconds, or one more than the last. Who is told of a
 * release is noted in the row: a notification that nobody waits for is not sent.
 */
import type { LeaseTable } from '../backend.ts'
import { MAX_AHEAD_MS } from '../positions-and-clocks.ts'
import { partsOf } from '../parts-of.ts'
import type { Listener } from './listener.ts'
import type { Run } from './run.ts'
import { NOW_MS, NOW_US } from './schema.ts'

/** What leases work with. */
export interface LeaseTableParts {
  readonly run: Run
  readonly prefix: string
  readonly listener: Listener
  /** Of the cache. */
  readonly name: string
}

/** Keys of one statement. */
const LOOKS = 1_000

export function openLeaseTable({ run, prefix, listener, name }: LeaseTableParts): LeaseTable {
  const [table, channel] = [`${prefix}_leases`, `${prefix}_lease`]

  return {
    async acquire({ key, holder, ttlMs }) {
      const text = `INSERT INTO ${table} AS l (name, key, holder, token, expires_at)
        VALUES ($1, $2, $3, ${NOW_US}, ${NOW_MS} + $4::bigint)
        ON CONFLICT (name, key) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at,
          is_awaited = false, token = greatest(l.token + 1, excluded.token)
        WHERE l.expires_at <= ${NOW_MS} OR l.expires_at > ${NOW_MS} + $4::bigint + ${MAX_AHEAD_MS} RETURNING token`
      const { rows } = await run({ name: `${prefix}_lease`, text, values: [name, Buffer.from(key), holder, ttlMs] })
      const [granted] = rows as { token: string }[]
      return granted && Number(granted.token)
    },
    async renew({ key, holder, ttlMs }) {
      const text = `UPDATE ${table} SET expires_at = ${NOW_MS} + $4::bigint
        WHERE name = $1 AND key = $2 AND holder = $3 AND expires_at > ${NOW_MS}`
      return (await run({ text, values: [name, Buffer.from(key), holder, ttlMs] })).rowCount === 1
    },
    async release({ key, holder }) {
      const message = messageOf(name, key)
      const text = `WITH ended AS (UPDATE ${table} SET expires_at = ${NOW_MS}
          WHERE name = $1 AND key = $2 AND holder = $3 AND expires_at > ${NOW_MS} RETURNING is_awaited)
        SELECT pg_notify($4, $5) FROM ended WHERE is_awaited`
      const values = [name, Buffer.from(key), holder, channel, message]
      await run({ name: `${prefix}_release`, text, values })
    },
    async held(keys) {
      const text = `UPDATE ${table} SET is_awaited = true
        WHERE name = $1 AND key = ANY($2::bytea[]) AND expires_at > ${NOW_MS} RETURNING key`
      const held = new Set<string>()
      for (const some of partsOf(keys, { count: LOOKS })) {
        const { rows } = await run({ text, values: [name, some.map((key) => Buffer.from(key))] })
        for (const { key } of rows as { key: Buffer }[]) held.add(key.toString())
      }
      return held
    },
    onRelease: (told) => listener.add(channel, name, (detail) => told(detail && keyOf(detail))),
  }
}

/** Keys may hold anything, texts of PostgreSQL may not. */
function messageOf(name: string, key: string): string {
  return `${name} ${Buffer.from(key).toString('base64url')}`
}

function keyOf(detail: string): string {
  return Buffer.from(detail, 'base64url').toString()
}
