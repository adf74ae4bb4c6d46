import { join } from 'node:path'
import { soak } from '@hotpath/soak'
import { expect, test } from 'vitest'
import { startOf } from '../soak/topologies.ts'

const TROUBLE = {
  sqlite: 'a SQLite file is locked, emptied and damaged, and who uses it is killed',
  postgres: 'PostgreSQL is killed, emptied, damaged, locked and cut off',
  mariadb: 'MariaDB is killed, emptied, damaged, locked and cut off',
} as const

for (const [name, trouble] of Object.entries(TROUBLE)) {
  test(`P1, P2, P3, P4, P5, P16: four processes read nothing stale and lose nothing while ${trouble}`, async () => {
    const report = await soak(startOf(name), { seconds: 8, processes: 4, seed: 1, faults: true })
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
  }, 120_000)
}

test('a soak without faults loses nothing, whatever is invalidated beside', async () => {
  const report = await soak(startOf('sqlite'), { seconds: 5, processes: 2, seed: 1, faults: false })
  expect(report).toMatchObject({ stale: [], lost: [], excused: {}, unhandled: [] })
  expect(report.keptReads).toBeGreaterThan(100)
}, 60_000)

test('a soak finds stale reads when what is read is not judged', async () => {
  const worker = join(import.meta.dirname, '../soak/immune-worker.ts')
  const start = async () => ({ ...(await startOf('sqlite')()), worker })
  const report = await soak(start, { seconds: 5, processes: 2, seed: 1, faults: false })
  expect(report.stale.length).toBeGreaterThan(10)
}, 60_000)

test('a soak finds entries that are dropped without a reason', async () => {
  const start = async () => {
    const topology = await startOf('sqlite')()
    const drop = topology.faults['delete some entries']
    if (drop === undefined) throw new Error('There is nothing that drops entries.')
    return { ...topology, faults: { drop }, losing: [] }
  }
  const report = await soak(start, { seconds: 5, processes: 2, seed: 1, faults: true })
  expect(report.faults['drop']).toBeGreaterThan(0)
  expect(report.lost.length).toBeGreaterThan(0)
}, 90_000)
