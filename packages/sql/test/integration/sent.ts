/** What the tier sends over the connections of a pool from now on. */
import { vi } from 'vitest'

/** Queries in the order in which they were sent, and what becomes of each. */
export interface Sent {
  readonly queries: unknown[]
  readonly results: Promise<unknown>[]
  /** How many of the queries hold a word. */
  count(word: string): number
}

/** @param take - Which of the pool's methods resolves to a connection. */
export function spyOnSent<Take extends string>(pool: Record<Take, () => Promise<unknown>>, take: Take): Sent {
  const sent: Omit<Sent, 'count'> = { queries: [], results: [] }
  const original = pool[take].bind(pool)
  pool[take] = async () => {
    const connection = (await original()) as { query(query: unknown): Promise<unknown> }
    if (vi.isMockFunction(connection.query)) return connection
    const query = connection.query.bind(connection)
    connection.query = vi.fn((one: unknown) => {
      const result = query(one)
      sent.queries.push(one)
      sent.results.push(result)
      return result
    })
    return connection
  }
  return { ...sent, count: (word) => sent.queries.filter((query) => JSON.stringify(query).includes(word)).length }
}
