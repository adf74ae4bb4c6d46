import { soak } from '@hotpath/soak'
import { expect, test } from 'vitest'
import { topologies } from '../soak/topologies.ts'

/** What happens over servers of each kind, and the failovers that have to. The seed says which comes first. */
const TROUBLE = {
  single: { trouble: 'is killed, emptied, damaged and cut off', seconds: 12, seed: 1, until: [] },
  cluster: {
    trouble: 'Cluster loses the master of the log, and its replica is promoted',
    seconds: 10,
    seed: 3,
    until: ['end the primary'],
  },
  sentinel: {
    trouble: 'hands over to a replica under Sentinels, and fails over',
    seconds: 16,
    seed: 2,
    until: ['hand over to a replica', 'end the primary'],
  },
} as const

for (const [name, { trouble, ...options }] of Object.entries(TROUBLE)) {
  test(`P1, P2, P3, P4, P5, P16: four processes read nothing stale and lose nothing while Redis ${trouble}`, async () => {
    const start = topologies[name]
    if (start === undefined) throw new Error(`There is no ${name}.`)
    const report = await soak(start, { ...options, processes: 4, faults: true })
    expect(report.stale).toEqual([])
    expect(report.outlived).toEqual([])
    expect(report.lost).toEqual([])
    expect(report.unhandled).toEqual([])
    // How much is done depends on the machine, and how much of it hits and writes does not.
    expect(report.reads).toBeGreaterThan(100)
    expect(report.writes).toBeGreaterThan(report.reads * 0.005)
    expect(report.hits).toBeGreaterThan(report.reads * 0.05)
    expect(report.keptReads).toBeGreaterThan(100)
    expect(report.invalidations).toBeGreaterThan(50)
    for (const failover of options.until) expect(report.faults[failover]).toBe(1)
  }, 120_000)
}
