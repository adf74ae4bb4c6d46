/** `pnpm soak [--seconds 30] [--processes 4] [--seed 1]` */
import { parseArgs } from 'node:util'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    processes: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
  },
})
const [seconds, processes, seed] = [values.seconds, values.processes, values.seed].map(Number) as [
  number,
  number,
  number,
]
const { stale, unhandled, faults, ...counts } = await soak({ seconds, processes, seed })
console.table(counts)
console.table(faults)
console.log(`${stale.length} stale reads, ${unhandled.length} unhandled rejections`)
for (const line of [...stale, ...unhandled].slice(0, 20)) console.error(line)
process.exitCode = stale.length + unhandled.length === 0 ? 0 : 1
