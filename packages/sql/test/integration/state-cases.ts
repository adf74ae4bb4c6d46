/** A full table of cells: what a new mirror takes. */
import type { Cache } from '@hotpath/core'
import { expect, test } from 'vitest'
import type { SqlTier } from '../../src/index.ts'
import { openNodes } from './nodes.ts'

/** What the case takes. */
export interface StateParts {
  readonly tier: () => SqlTier
  /** Raises all cells of a log, hard and soft, to its position. */
  readonly fill: (name: string) => Promise<unknown>
}

export function stateCases({ tier, fill }: StateParts): void {
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
