import type { Kysely } from 'kysely'
import type { Contestant } from './contestant.ts'

interface Tables {
  accounts: { id: number; branch: number; name: string; version: number }
}

/** The queries in Kysely's words. */
export function ofKysely(db: Kysely<Tables>): Contestant {
  const all = db.selectFrom('accounts').selectAll()
  return {
    row: (id) => all.where('id', '=', id).execute(),
    rows: (branch) => all.where('branch', '=', branch).orderBy('id').limit(10).execute(),
  }
}
