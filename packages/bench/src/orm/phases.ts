/**
 * Where the time of a query goes: until its statement is sent, until the database has answered, and until the caller has
 * the rows. Looked at where `pg` writes the end of a statement and reads that the server is ready for another one.
 */
import { performance } from 'node:perf_hooks'
import type { Pool } from 'pg'
import { median } from '../rounds.ts'
import type { Orm } from './contestant.ts'
import type { Accounts } from './database.ts'

const PHASES = ['sending', 'database', 'receiving'] as const

/** When the last statement was sent and answered. */
export interface Passed {
  sentAt: number
  answeredAt: number
}

/** A connection of `pg`, as far as it is looked at. */
interface Wire {
  sync(): void
  on(event: 'readyForQuery', listener: () => void): void
}

/** The same database, with pools that note when statements pass. */
export function watchPools(database: Accounts): { readonly watched: Accounts; readonly passed: Passed } {
  const passed: Passed = { sentAt: 0, answeredAt: 0 }
  const watch = (wire: Wire): void => {
    const sync = wire.sync.bind(wire)
    wire.sync = () => {
      passed.sentAt = performance.now()
      sync()
    }
    wire.on('readyForQuery', () => void (passed.answeredAt = performance.now()))
  }
  const pool = (): Pool => {
    const one = database.pool()
    return one.on('connect', (client) => watch((client as unknown as { readonly connection: Wire }).connection))
  }
  return { watched: { ...database, pool }, passed }
}

/** Prints what a row costs in each phase, bare and missed, in turns. */
export async function printPhases({ name, bare, ours }: Orm, passed: Passed, rounds: number): Promise<void> {
  const of = { bare: PHASES.map((): number[] => []), ours: PHASES.map((): number[] => []) }
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? (['bare', 'ours'] as const) : (['ours', 'bare'] as const)) {
      const startedAt = performance.now()
      await (way === 'bare' ? bare : ours).row(round + 1)
      const endedAt = performance.now()
      const { sentAt, answeredAt } = passed
      const times = [sentAt - startedAt, answeredAt - sentAt, endedAt - answeredAt]
      for (const [phase, time] of times.entries()) of[way][phase]?.push(time * 1_000)
    }
  }
  const columns = PHASES.map((_, phase) => {
    const [alone, missed] = [median(of.bare[phase] ?? []), median(of.ours[phase] ?? [])]
    return `${alone.toFixed(0)} | ${missed.toFixed(0)} | ${(missed - alone).toFixed(0)}`
  })
  console.log(`| ${name} | ${columns.join(' | ')} |`)
}

/** The head of the table. */
export function printPhasesHead(): void {
  const columns = PHASES.map((phase) => `${phase}, bare | a miss | more`).join(' | ')
  console.log(`\n| a row, µs | ${columns} |\n| --- |${' --: |'.repeat(3 * PHASES.length)}`)
}
