import { expect, test } from 'vitest'
import { soak } from '../soak/soak.ts'

test('P1, P2, P3, P5, P16: four processes read nothing stale while Redis is killed, emptied and cut off', async () => {
  const report = await soak({ seconds: 12, processes: 4, seed: 1, faults: true })
  expect(report.stale).toEqual([])
  expect(report.unhandled).toEqual([])
  expect(report.reads).toBeGreaterThan(500)
  expect(report.writes).toBeGreaterThan(50)
  expect(report.hits).toBeGreaterThan(50)
}, 120_000)
