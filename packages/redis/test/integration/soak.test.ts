import { soak } from '@hotpath/soak'
import { expect, test } from 'vitest'
import { topologies } from '../soak/topologies.ts'

const TROUBLE = {
  single: 'is killed, emptied, damaged and cut off',
  cluster: 'Cluster loses the master of the log, and its replica is promoted',
  sentinel: 'fails over under Sentinels',
} as const

for (const [name, trouble] of Object.entries(TROUBLE)) {
  test(`P1, P2, P3, P4, P5, P16: four processes read nothing stale and lose nothing while Redis ${trouble}`, async () => {
    const start = topologies[name]
    if (start === undefined) throw new Error(`There is no ${name}.`)
    const report = await soak(start, { seconds: name === 'single' ? 12 : 10, processes: 4, seed: 1, faults: true })
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
    if (name !== 'single') expect(report.faults['end the primary']).toBe(1)
  }, 120_000)
}
