import { parseArgs } from 'node:util'
import { soakBrowser } from './browser-soak.ts'

/** Soaks as the command line says, and prints what came of it. */
export async function main(): Promise<void> {
  const options = { seconds: { type: 'string', default: '30' } } as const
  const { values } = parseArgs({ options, allowPositionals: true })
  const { stale, lost, faults, ...counts } = await soakBrowser(Number(values.seconds))
  console.table(counts)
  console.table(faults)
  console.log(`${stale.length} stale reads, ${lost.length} entries lost`)
  for (const line of [...stale, ...lost].slice(0, 20)) console.error(line)
  process.exitCode = stale.length + lost.length === 0 ? 0 : 1
}
