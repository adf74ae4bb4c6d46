import { soak } from '@hotpath/soak'
import { expect, test } from 'vitest'
import { topologies } from '../soak/topologies.ts'

const TROUBLE = {
  sqlite: 'a SQLite file is locked and emptied, and who uses it is killed',
  postgres: 'PostgreSQL is killed, emptied, locked and cut off',
} as const

for (const [name, trouble] of Object.entries(TROUBLE)) {
  test(`P1, P2, P3, P4, P5, P16: four processes read nothing stale while ${trouble}`, async () => {
    const start = topologies[name]
    if (start === undefined) throw new Error(`There is no ${name}.`)
    const report = await soak(start, { seconds: 8, processes: 4, seed: 1, faults: true })
    expect(report.stale).toEqual([])
    expect(report.outlived).toEqual([])
    expect(report.unhandled).toEqual([])
    expect(report.reads).toBeGreaterThan(500)
    expect(report.writes).toBeGreaterThan(50)
    expect(report.hits).toBeGreaterThan(50)
  }, 120_000)
}
