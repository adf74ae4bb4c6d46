import type { Comparison, Measured } from './compare.ts'
import type { ShownWrite } from './show-write.ts'

/** What the fast half should reach on an ordinary machine. */
const GOAL_P95_MS = 5
const GOAL_SPEEDUP = 5
const GOAL_HIT_RATE = 0.9

/** A label and its numbers. */
type Row = readonly string[]

/** The table of a comparison, and how it did against the goals. */
export function reportComparison({ plain, fast }: Comparison): string {
  const speedup = fast.perSecond / plain.perSecond
  const hitRate = fast.hitRate ?? 0
  return [
    table([
      ['', 'requests/s', 'p50', 'p95', 'p99', 'hit rate', 'requests', 'database queries', 'saved'],
      rowOf('without Hotpath', plain),
      rowOf('with Hotpath', fast),
    ]),
    '',
    verdict(
      speedup >= GOAL_SPEEDUP,
      `${speedup.toFixed(1)} × the requests per second (goal: at least ${GOAL_SPEEDUP} ×)`,
    ),
    verdict(fast.p95Ms < GOAL_P95_MS, `p95 ${ms(fast.p95Ms)} (goal: under ${GOAL_P95_MS} ms)`),
    verdict(hitRate > GOAL_HIT_RATE, `hit rate ${percent(hitRate)} (goal: above ${percent(GOAL_HIT_RATE)})`),
    ...(plain.failures + fast.failures === 0
      ? []
      : [verdict(false, `${plain.failures + fast.failures} requests failed`)]),
  ].join('\n')
}

/** Whether the cache does what it is for; the machine decides by how much. */
export function isFaster({ plain, fast }: Comparison): boolean {
  return fast.perSecond > plain.perSecond && plain.failures + fast.failures === 0
}

/** The story of one write. */
export function reportWrite({ before, after, tags, outdated, entries }: ShownWrite): string {
  return [
    `before     ${before.name} has ${count(before.population)} inhabitants`,
    `write      PUT /fast/cities/${before.id} {"population":${before.population + 1}}`,
    `outdated   ${count(outdated)} of ${count(entries)} entries in one step: ${tags.join(', ')}`,
    `after      ${after.name} has ${count(after.population)} inhabitants`,
  ].join('\n')
}

function rowOf(label: string, measured: Measured): Row {
  const { perSecond, p50Ms, p95Ms, p99Ms, hitRate, requests, queries } = measured
  const saved = requests - queries
  return [
    label,
    count(perSecond),
    ...[p50Ms, p95Ms, p99Ms].map(ms),
    hitRate === undefined ? '–' : percent(hitRate),
    count(requests),
    count(queries),
    saved === 0 ? '–' : count(saved),
  ]
}

/** Columns as wide as their widest cell: labels to the left, numbers to the right. */
function table(rows: readonly Row[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (row: Row): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
  return rows.map(line).join('\n')
}

function verdict(reached: boolean, text: string): string {
  return `${reached ? '✓' : '✗'} ${text}`
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en')
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}
