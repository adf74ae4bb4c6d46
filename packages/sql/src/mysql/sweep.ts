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
  const removeSome = (from: string, untilMs: string): Promise<number> =>
    run.change(
      `DELETE FROM ${from} WHERE expires_at <= ${untilMs} ORDER BY expires_at LIMIT ${SWEEPS}`,
      [],
      SWEEP_LIMIT_MS,
    )

  return createRound({
    async claim() {
      // A clock that was set back counts as time that has passed.
      const sql = `UPDATE ${prefix}_sweeps SET swept_at = ${NOW_MS} WHERE ABS(${NOW_MS} - swept_at) >= ${CLAIM_MS}`
      return (await run.change(sql, [])) === 1
    },
    async expired() {
      const leases = await removeSome(`${prefix}_leases`, `${NOW_MS} - ${LEASE_KEPT_MS}`)
      const entries = await removeSome(table, NOW_MS)
      return leases === SWEEPS || entries === SWEEPS
    },
    async excess() {
      const over = `SELECT 1 FROM ${table} LIMIT ${MAX_EVICTED} OFFSET ${maxEntries}`
      const [row] = await run.rows<{ count: number | string }>(
        `SELECT COUNT(*) AS count FROM (${over}) AS found`,
        [],
        SWEEP_LIMIT_MS,
      )
      return Number(row?.count)
    },
    async evict(count) {
      await run.change(`DELETE FROM ${table} ORDER BY expires_at LIMIT ${count}`, [], SWEEP_LIMIT_MS)
    },
  })
}
