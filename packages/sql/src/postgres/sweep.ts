/** Removes what has expired, and what is over the bound. One process at a time, a few rows at a time. */
import { CLAIM_MS, LEASE_KEPT_MS, MAX_EVICTED, SWEEPS, SWEEP_LIMIT_MS, createRound } from '../sweep-round.ts'
import type { Run } from './run.ts'
import { NOW_MS } from './schema.ts'

/** What sweeping works with. */
export interface SweepParts {
  readonly run: Run
  readonly prefix: string
  readonly maxEntries: number
}

export function openSweep({ run, prefix, maxEntries }: SweepParts): () => Promise<boolean> {
  const table = `${prefix}_entries`

  /** Rows that others hold are left to them. */
  async function removeSome(from: string, condition: string, count: number): Promise<number> {
    const some = `SELECT ctid FROM ${from} WHERE ${condition} LIMIT ${count} FOR UPDATE SKIP LOCKED`
    const { rowCount } = await run({ text: `DELETE FROM ${from} WHERE ctid = ANY(ARRAY(${some}))` }, SWEEP_LIMIT_MS)
    return rowCount ?? 0
  }

  return createRound({
    async claim() {
      // A clock that was set back counts as time that has passed.
      const text = `INSERT INTO ${prefix}_sweeps (id, swept_at) VALUES (1, ${NOW_MS})
        ON CONFLICT (id) DO UPDATE SET swept_at = excluded.swept_at
        WHERE abs(excluded.swept_at - ${prefix}_sweeps.swept_at) >= ${CLAIM_MS}`
      return (await run({ text })).rowCount === 1
    },
    async expired() {
      const leases = await removeSome(`${prefix}_leases`, `expires_at <= ${NOW_MS} - ${LEASE_KEPT_MS}`, SWEEPS)
      const entries = await removeSome(table, `expires_at <= ${NOW_MS}`, SWEEPS)
      return leases === SWEEPS || entries === SWEEPS
    },
    async excess() {
      const over = `SELECT 1 FROM ${table} OFFSET ${maxEntries} LIMIT ${MAX_EVICTED}`
      const { rows } = await run({ text: `SELECT count(*)::int AS count FROM (${over}) AS rows` }, SWEEP_LIMIT_MS)
      return (rows as { count: number }[])[0]?.count ?? 0
    },
    async evict(count) {
      await removeSome(table, 'true ORDER BY expires_at', count)
    },
  })
}
