/** What the tables of a log may hold: all cells, and records that are not its own. */
import type { Cache } from '@hotpath/core'
import { expect, test } from 'vitest'
import type { SqlTier } from '../../src/index.ts'
import { openNodes } from './nodes.ts'
import { until } from './until.ts'

/** What the case takes. */
export interface StateParts {
  readonly tier: () => SqlTier
  /** Raises all cells of a log, hard and soft, to its position. */
  readonly fill: (name: string) => Promise<unknown>
  /** Runs a statement as another program would. */
  readonly run: (sql: string) => Promise<unknown>
}

const LATER = 9_000_000_000_000_000

export function stateCases({ tier, fill, run }: StateParts): void {
  test('a record of a later position, which is not of the log, holds nobody up', async () => {
    const [one, other] = (await openNodes(2, tier)) as [Cache, Cache]
    const faults: string[] = []
    for (const cache of [one, other]) cache.on('fault', ({ error }) => faults.push(error.code))
    await one.set('kept', 1)
    await until('the other has it', async () => (await other.get('kept')) === 1)
    await run(`INSERT INTO hotpath_records (log, position, previous, epoch, strength, type, value)
      SELECT id, ${LATER}, position, epoch, 'h', '?', '' FROM hotpath_logs WHERE name = '${one.name}'`)
    // Whoever follows has looked: it hears of what comes after.
    for (let round = 0; round < 3; round++) {
      await other.getOrSet('k', () => round)
      await one.delete('k')
      await until('the other has heard', () => other.peek('k') === undefined)
    }
    expect(await other.get('kept')).toBe(1)
    expect(faults).toEqual([])
  }, 20_000)

  test('a full table of cells is read whole, in turns that do not block the event loop', async () => {
    const [one] = (await openNodes(1, tier)) as [Cache]
    await one.set('older', 1)
    await one.delete('other')
    await fill(one.name)
    await one.set('newer', 2)
    let longestMs = 0
    let last = process.threadCpuUsage()
    const timer = setInterval(() => {
      const used = process.threadCpuUsage(last)
      last = process.threadCpuUsage()
      longestMs = Math.max(longestMs, (used.user + used.system) / 1_000)
    }, 1)
    const [later] = (await openNodes(1, tier, { name: one.name })) as [Cache]
    clearInterval(timer)
    // Every cell counts: what was stored before they were raised is outdated.
    expect(await later.getMany(['older', 'newer'])).toEqual([undefined, 2])
    // Ten by design; the rest is what a process pays that has compiled nothing yet.
    expect(longestMs).toBeLessThan(100)
  }, 30_000)
}
