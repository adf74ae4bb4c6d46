/** `pnpm soak [--seconds 30] [--processes 4] [--seed 1] [--no-faults]` */
import { parseArgs } from 'node:util'
import { soak } from './soak.ts'

const { values } = parseArgs({
  allowNegative: true,
  options: {
    seconds: { type: 'string', default: '30' },
    processes: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'boolean', default: true },
  },
})
const [seconds, processes, seed] = [values.seconds, values.processes, values.seed].map(Number) as [
  number,
  number,
  number,
]
const { stale, unhandled, faults, latencies, ...counts } = await soak({
  seconds,
  processes,
  seed,
  faults: values.faults,
})
console.table(counts)
console.table(faults)
const percentile = (ratio: number): string => (latencies[Math.floor(latencies.length * ratio)] ?? 0).toFixed(1)
console.log(`Others hear of an invalidation after ${percentile(0.5)} ms (p50), ${percentile(0.99)} ms (p99)`)
console.log(`${stale.length} stale reads, ${unhandled.length} unhandled rejections`)
for (const line of [...stale, ...unhandled].slice(0, 20)) console.error(line)
process.exitCode = stale.length + unhandled.length === 0 ? 0 : 1
