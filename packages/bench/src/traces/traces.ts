/** Hit ratios of eviction policies over recorded and generated traces, beside the optimum. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lru } from '@hotpath/core/lru'
import { tinyLfu } from '@hotpath/core/tiny-lfu'
import { belady } from './belady.ts'
import { causeOf } from './causes.ts'
import { chart } from './chart.ts'
import { generatedTraces } from './generated.ts'
import { type MakeSimulated, type Trace, hitRatio } from './policy.ts'
import { arc, clock, fifo, s3Fifo } from './queues.ts'
import { recordedTraces } from './recorded.ts'
import { keptInScan } from './scan.ts'
import { sieve } from './sieve.ts'
import { byteHitRatio, lognormalSizes, lruCache, ours } from './tiers.ts'

const SHARES = [0.01, 0.05, 0.1, 0.25, 0.5]
/** Of recorded traces, in entries. */
const FURTHER: Readonly<Record<string, readonly number[]>> = {
  'cache2k-web07': [1_000],
  'lirs-gli': [500, 1_000, 2_000],
  'lirs-loop': [512],
}
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
  printScan()
  const bytes = printBytes(all.filter(({ uses }) => uses.length <= 150_000))
  printGoals(cells, bytes)
  if (quick) return
  const groups = [...classes, 'all traces'].map((title) => ({
    title,
    bars: NAMES.map((name) => ({ name, value: scoreOf(cellsIn(cells, title), name), isOurs: name === OURS })),
  }))
  const file = join(import.meta.dirname, '../../../../docs/hit-ratios.svg')
  writeFileSync(file, chart('Hit ratio, as a part of the optimum: mean over traces and capacities', groups))
}

function cellsOf(trace: Trace): Cell[] {
  const capacities = SHARES.map((share) => Math.max(1, Math.round(trace.keys * share)))
  return [...capacities, ...(FURTHER[trace.name] ?? [])].map((capacity) => {
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
  console.log('| trace | capacity | tinyLfu() | LRU | optimum | why |\n| --- | --: | --: | --: | --: | --- |')
  const sorted = lost.toSorted((a, b) => behind(a.ratios, OURS) - behind(b.ratios, OURS))
  for (const { trace, capacity, ratios, optimum } of sorted) {
    const percents = [ratios[OURS] as number, ratios[LRU] as number, optimum].map((ratio) => (100 * ratio).toFixed(2))
    console.log(`| ${trace.name} | ${capacity} | ${percents.join(' | ')} | ${causeOf(trace.name)} |`)
  }
}

/** Bytes found per byte asked for, beside LRU's. */
function printBytes(all: readonly Trace[]): number {
  const of = (policy: Parameters<typeof byteHitRatio>[0]): number =>
    mean(
      all.flatMap((trace) => {
        const sizes = lognormalSizes(trace.keys)
        return SHARES.map((share) => byteHitRatio(policy, share, trace, sizes))
      }),
    )
  console.log('\n| bytes found ÷ bytes asked for, mean | |\n| --- | --: |')
  const [ours, other] = [of(tinyLfu({ seed: 1 })), of(lru())]
  console.log(`| ${OURS} | ${ours.toFixed(3)} |\n| ${LRU} | ${other.toFixed(3)} |`)
  return ours / other
}

function printScan(): void {
  console.log('\nHits that the other keys keep during a scan of ten times the capacity:\n')
  console.log(`| | ${NAMES.join(' | ')} |\n| --- |${' --: |'.repeat(NAMES.length)}`)
  const kept = NAMES.map((name) => keptInScan(POLICIES[name] as MakeSimulated).toFixed(3))
  console.log(`| hits, × those without it | ${kept.join(' | ')} |`)
}

/** @param bytes - Byte-hit ratio beside LRU's. */
function printGoals(cells: readonly Cell[], bytes: number): void {
  const check = (what: string, value: number, goal: number): void =>
    console.log(`${value >= goal ? '✓' : '✗'} ${what}: ${value.toFixed(3)} (goal: at least ${goal})`)
  const recorded = cells.filter(({ trace }) => trace.class !== 'generated')
  const of = (name: string): readonly Cell[] => recorded.filter(({ trace }) => trace.name === name)
  console.log('')
  if (recorded.length > 0) {
    check(`recorded traces, ${recorded.length} cells, of the optimum`, scoreOf(recorded, OURS), 0.81)
    check('cache2k-web07, of the optimum', scoreOf(of('cache2k-web07'), OURS), 0.86)
    check('libcachesim-cloudPhysicsIO, of the optimum', scoreOf(of('libcachesim-cloudPhysicsIO'), OURS), 0.7)
  }
  check('worst cell, points beside LRU', Math.min(...cells.map(({ ratios }) => behind(ratios, OURS))), -5)
  check('bytes found, × those of LRU', bytes, 1)
  check('hits kept during a scan', keptInScan(ours), 0.9)
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length
}
