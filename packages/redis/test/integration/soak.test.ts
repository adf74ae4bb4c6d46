import { expect, test } from 'vitest'
import { soak } from '../soak/soak.ts'

const TROUBLE = {
  single: 'is killed, emptied and cut off',
  cluster: 'Cluster loses the master of the log, and its replica is promoted',
  sentinel: 'fails over under Sentinels',
} as const

for (const [topology, trouble] of Object.entries(TROUBLE) as [keyof typeof TROUBLE, string][]) {
  test(`P1, P2, P3, P4, P5, P16: four processes read nothing stale while Redis ${trouble}`, async () => {
    const report = await soak({
      seconds: topology === 'single' ? 12 : 10,
      processes: 4,
      seed: 1,
      faults: true,
      topology,
    })
    expect(report.stale).toEqual([])
    expect(report.outlived).toEqual([])
    expect(report.unhandled).toEqual([])
    expect(report.reads).toBeGreaterThan(500)
    expect(report.writes).toBeGreaterThan(50)
    expect(report.hits).toBeGreaterThan(50)
    if (topology !== 'single') expect(report.faults['end the primary']).toBe(1)
  }, 120_000)
}
