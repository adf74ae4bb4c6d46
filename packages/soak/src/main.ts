import { parseArgs } from 'node:util'
import { soak } from './soak.ts'
import type { Topologies } from './topology.ts'

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
  const { stale, staleInSplit, outlived, unhandled, faults, latencies, ...counts } = await soak(start, {
    seconds: Number(values.seconds),
    processes: Number(values.processes),
    seed: Number(values.seed),
    faults: values.faults,
  })
  console.table(counts)
  console.table(faults)
  const percentile = (ratio: number): string => (latencies[Math.floor(latencies.length * ratio)] ?? 0).toFixed(1)
  console.log(`Others hear of an invalidation after ${percentile(0.5)} ms (p50), ${percentile(0.99)} ms (p99)`)
  console.log(
    `${stale.length} stale reads, ${outlived.length} past their life, ${unhandled.length} unhandled rejections`,
  )
  console.log(`${staleInSplit.length} stale reads on the isolated side of a split brain, where nothing is promised`)
  for (const line of [...stale, ...outlived, ...unhandled].slice(0, 20)) console.error(line)
  process.exitCode = stale.length + outlived.length + unhandled.length === 0 ? 0 : 1
}
