/** Many callers of several processes want a key at once that is nowhere: how often it is loaded, and how long they wait. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startRedis } from '../../../scripts/redis-server.ts'
import type { ColdOptions, ColdReport, Go } from './cold-key-worker.ts'
import { goal, median, percentile } from './rounds.ts'

const PROCESSES = 4
const CALLERS = 250
const LOAD_MS = 200
/** From the word to the start, so that all have it in time. */
const AHEAD_MS = 50

interface Round {
  readonly loads: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** From the start: when the loader was called, when it had ended. */
  readonly loadFrom: number
  readonly loadTo: number
  /** After the end of the load: the last caller of its process, the first and the last of others. */
  readonly ownLast: number
  readonly othersFirst: number
  readonly othersLast: number
}

/** Runs the benchmark and prints its table. */
export async function coldKey(quick: boolean): Promise<void> {
  const server = await startRedis()
  const options: ColdOptions = { url: server.url, callers: CALLERS, loadMs: LOAD_MS }
  const workers = Array.from({ length: PROCESSES }, () =>
    fork(join(import.meta.dirname, 'cold-key-worker.ts'), [JSON.stringify(options)], { execArgv: [] }),
  )
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    const rounds: Round[] = []
    for (let round = 0; round <= (quick ? 5 : 25); round++) {
      const result = await run(workers, `cold:${round}`)
      // The first warms up.
      if (round > 0) rounds.push(result)
    }
    print(rounds)
  } finally {
    for (const worker of workers) worker.kill()
    server.stop()
  }
}

async function run(workers: readonly ChildProcess[], key: string): Promise<Round> {
  const go: Go = { key, at: performance.timeOrigin + performance.now() + AHEAD_MS }
  const answers = workers.map((worker) => once(worker, 'message'))
  for (const worker of workers) worker.send(go)
  const reports = (await Promise.all(answers)).map(([report]) => report as ColdReport)
  const times = reports.flatMap((report) => report.times).sort((a, b) => a - b)
  const loading = reports.find(({ loads }) => loads.length > 0)
  const load = loading?.loads[0] ?? { from: Number.NaN, to: Number.NaN }
  const others = reports.filter((report) => report !== loading).flatMap((report) => report.times)
  return {
    loads: reports.flatMap(({ loads }) => loads).length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    max: times.at(-1) ?? 0,
    loadFrom: load.from,
    loadTo: load.to,
    ownLast: Math.max(...(loading?.times ?? [])) - load.to,
    othersFirst: Math.min(...others) - load.to,
    othersLast: Math.max(...others) - load.to,
  }
}

function print(rounds: readonly Round[]): void {
  console.log(`\n${PROCESSES} processes × ${CALLERS} callers of a cold key, a loader of ${LOAD_MS} ms\n`)
  console.log('| milliseconds from the start | median | worst |\n| --- | --: | --: |')
  const row = (what: string, pick: (round: Round) => number): void => {
    const all = rounds.map(pick)
    console.log(`| ${what} | ${median(all).toFixed(1)} | ${Math.max(...all).toFixed(1)} |`)
  }
  row('callers served, p50', ({ p50 }) => p50)
  row('callers served, p99', ({ p99 }) => p99)
  row('callers served, last', ({ max }) => max)
  row('the loader is called', ({ loadFrom }) => loadFrom)
  row('the loader has ended', ({ loadTo }) => loadTo)
  row('from there to the last caller of its process', ({ ownLast }) => ownLast)
  row('from there to the first caller elsewhere', ({ othersFirst }) => othersFirst)
  row('from there to the last caller elsewhere', ({ othersLast }) => othersLast)
  console.log('')
  goal('loads of a key, at worst', Math.max(...rounds.map(({ loads }) => loads)), { atMost: 1 })
  goal('p99, ms beyond the loader', median(rounds.map(({ p99 }) => p99)) - LOAD_MS, { atMost: 50 })
}
