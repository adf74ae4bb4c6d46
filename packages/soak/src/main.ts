import { parseArgs } from 'node:util'
import { soak } from './soak.ts'
import type { Topologies } from './topology.ts'

/** Of a minute. */
const MAX_GROWTH_BYTES = 1_000_000
/** Over less than this, growth says little. */
const JUDGED_S = 180

/** Soaks as the command line says, and prints what came of it. */
export async function main(topologies: Topologies): Promise<void> {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      topology: { type: 'string', default: 'single' },
      seconds: { type: 'string', default: '30' },
      processes: { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
      faults: { type: 'boolean', default: true },
    },
  })
  const start = topologies[values.topology]
  if (start === undefined) {
    const names = Object.keys(topologies).join(', ')
    console.error(`There is no topology \`${values.topology}\`. Use one of: ${names}.`)
    process.exitCode = 2
    return
  }
  const report = await soak(start, {
    seconds: Number(values.seconds),
    processes: Number(values.processes),
    seed: Number(values.seed),
    faults: values.faults,
  })
  const { stale, staleInSplit, outlived, unhandled, lost, faults, excused, latencies, growth, ...counts } = report
  console.table(counts)
  console.table(faults)
  console.log('Entries that are gone for a reason, by reason')
  console.table(excused)
  const percentile = (ratio: number): string => (latencies[Math.floor(latencies.length * ratio)] ?? 0).toFixed(1)
  console.log(`Others hear of an invalidation after ${percentile(0.5)} ms (p50), ${percentile(0.99)} ms (p99)`)
  const kilobytes = (bytes = 0): string => (bytes / 1_000).toFixed(0)
  console.log(
    growth === undefined
      ? 'It was too short to say whether memory is flat'
      : `Memory grew by ${kilobytes(growth.heapBytes)} kB a minute (heap), ${kilobytes(growth.rssBytes)} kB (all), over ${growth.seconds.toFixed(0)} s`,
  )
  console.log(
    `${stale.length} stale reads, ${outlived.length} past their life, ${lost.length} entries lost, ${unhandled.length} unhandled rejections`,
  )
  console.log(`${staleInSplit.length} stale reads on the isolated side of a split brain, where nothing is promised`)
  const isGrowing = growth !== undefined && growth.seconds >= JUDGED_S && growth.heapBytes > MAX_GROWTH_BYTES
  if (isGrowing) console.error('Memory is not flat')
  const found = [...stale, ...outlived, ...lost, ...unhandled]
  for (const line of found.slice(0, 20)) console.error(line)
  process.exitCode = found.length === 0 && !isGrowing ? 0 : 1
}
