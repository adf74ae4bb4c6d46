/** Hit ratios of eviction policies over recorded and generated traces, beside the optimum. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lru } from '@hotpath/core/lru'
import { tinyLfu } from '@hotpath/core/tiny-lfu'
import { belady } from './belady.ts'
import { chart } from './chart.ts'
import { generatedTraces } from './generated.ts'
import { type MakeSimulated, type Trace, hitRatio } from './policy.ts'
import { arc, clock, fifo, s3Fifo } from './queues.ts'
import { recordedTraces } from './recorded.ts'
import { sieve } from './sieve.ts'
import { byteHitRatio, lognormalSizes, lruCache, ours } from './tiers.ts'

const SHARES = [0.01, 0.05, 0.1, 0.25, 0.5]
const OURS = 'tinyLfu()'
const LRU = 'lru-cache'
const POLICIES: Readonly<Record<string, MakeSimulated>> = {
  [OURS]: ours,
  [LRU]: lruCache,
  arc,
  's3-fifo': s3Fifo,
  sieve,
  clock,
  fifo,
}
const NAMES = Object.keys(POLICIES)

/** One trace at one capacity. */
interface Cell {
  readonly trace: Trace
  readonly capacity: number
  readonly optimum: number
  readonly ratios: Readonly<Record<string, number>>
}

export async function traces(quick: boolean): Promise<void> {
  const recorded = recordedTraces()
  if (typeof recorded === 'string') console.log(`Recorded traces are skipped. ${recorded}\n`)
  const all = [...(typeof recorded === 'string' ? [] : recorded), ...generatedTraces(quick ? 50_000 : 200_000)]
  const cells = all.flatMap((trace) => cellsOf(quick ? { ...trace, uses: trace.uses.subarray(0, 50_000) } : trace))
  const classes = [...new Set(cells.map(({ trace }) => trace.class))]
  printClasses(cells, classes)
  printLosses(cells)
  printBytes(all.filter(({ uses }) => uses.length <= 150_000))
  if (quick) return
  const groups = [...classes, 'all traces'].map((title) => ({
    title,
    bars: NAMES.map((name) => ({ name, value: scoreOf(cellsIn(cells, title), name), isOurs: name === OURS })),
  }))
  const file = join(import.meta.dirname, '../../../../docs/hit-ratios.svg')
  writeFileSync(file, chart('Hit ratio, as a part of the optimum: mean over traces and capacities', groups))
}

function cellsOf(trace: Trace): Cell[] {
  return SHARES.map((share) => {
    const capacity = Math.max(1, Math.round(trace.keys * share))
    const ratios = NAMES.map((name) => [name, hitRatio(POLICIES[name] as MakeSimulated, capacity, trace)] as const)
    return { trace, capacity, optimum: hitRatio(belady, capacity, trace), ratios: Object.fromEntries(ratios) }
  })
}

function cellsIn(cells: readonly Cell[], title: string): readonly Cell[] {
  return title === 'all traces' ? cells : cells.filter(({ trace }) => trace.class === title)
}

/** Mean of hit ratio by optimum. */
function scoreOf(cells: readonly Cell[], name: string): number {
  return mean(cells.map(({ ratios, optimum }) => (optimum === 0 ? 1 : (ratios[name] as number) / optimum)))
}

function printClasses(cells: readonly Cell[], classes: readonly string[]): void {
  console.log(`| hit ratio ÷ optimum | ${NAMES.join(' | ')} |\n| --- |${' --: |'.repeat(NAMES.length)}`)
  for (const title of [...classes, 'all traces']) {
    const some = cellsIn(cells, title)
    console.log(
      `| ${title} (${some.length} cells) | ${NAMES.map((name) => scoreOf(some, name).toFixed(3)).join(' | ')} |`,
    )
  }
  const worst = NAMES.map((name) => Math.min(...cells.map(({ ratios }) => behind(ratios, name))))
  console.log(`| worst cell, points beside LRU | ${worst.map((points) => points.toFixed(1)).join(' | ')} |\n`)
}

/** Points of hit ratio beside those of LRU. */
function behind(ratios: Cell['ratios'], name: string): number {
  return 100 * ((ratios[name] as number) - (ratios[LRU] as number))
}

/** Every cell where LRU is ahead of ours. */
function printLosses(cells: readonly Cell[]): void {
  const lost = cells.filter(({ ratios }) => behind(ratios, OURS) < -0.05)
  console.log(`LRU is ahead in ${lost.length} of ${cells.length} cells:\n`)
  console.log('| trace | capacity | tinyLfu() | LRU | optimum |\n| --- | --: | --: | --: | --: |')
  const sorted = lost.toSorted((a, b) => behind(a.ratios, OURS) - behind(b.ratios, OURS))
  for (const { trace, capacity, ratios, optimum } of sorted) {
    const percents = [ratios[OURS] as number, ratios[LRU] as number, optimum].map((ratio) => (100 * ratio).toFixed(2))
    console.log(`| ${trace.name} | ${capacity} | ${percents.join(' | ')} |`)
  }
}

function printBytes(all: readonly Trace[]): void {
  const of = (policy: Parameters<typeof byteHitRatio>[0]): number =>
    mean(
      all.flatMap((trace) => {
        const sizes = lognormalSizes(trace.keys)
        return SHARES.map((share) => byteHitRatio(policy, share, trace, sizes))
      }),
    )
  console.log('\n| bytes found ÷ bytes asked for, mean | |\n| --- | --: |')
  console.log(`| ${OURS} | ${of(tinyLfu({ seed: 1 })).toFixed(3)} |\n| ${LRU} | ${of(lru()).toFixed(3)} |`)
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length
}
