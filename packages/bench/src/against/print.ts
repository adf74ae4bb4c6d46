import { median } from '../rounds.ts'

/** Times of one operation, before and now, round by round. */
export interface Pair {
  readonly name: string
  readonly before: readonly number[]
  readonly now: readonly number[]
}

/** Beyond this a difference is marked. */
const TOLERANCE = 0.05

/** Prints a line for each operation: medians, and the median of the ratios of rounds that ran one after the other. */
export function printPairs(unit: string, pairs: readonly Pair[]): void {
  console.log(
    `| operation | before, ${unit} | now, ${unit} | now / before | middle half |\n| --- | --: | --: | --: | --: |`,
  )
  for (const { name, before, now } of pairs) {
    const ratios = now.map((time, round) => time / (before[round] ?? time)).toSorted((a, b) => a - b)
    const at = (part: number): string => (ratios[Math.floor(ratios.length * part)] ?? 1).toFixed(2)
    const ratio = median(ratios)
    const mark = ratio > 1 + TOLERANCE ? ' ✗' : ''
    console.log(
      `| ${name} | ${short(median(before))} | ${short(median(now))} | ${ratio.toFixed(2)}${mark} | ${at(0.25)}..${at(0.75)} |`,
    )
  }
}

function short(number: number): string {
  return number < 10 ? number.toFixed(2) : Math.round(number).toLocaleString('en')
}
