/** What workers did and saw. */
import type { MemorySample } from './slope.ts'

const COUNTS = [
  'reads',
  'hits',
  'writes',
  'failedWrites',
  'invalidations',
  'written',
  'keptReads',
  'undecided',
] as const
const FINDINGS = ['stale', 'staleInSplit', 'outlived', 'unhandled'] as const

/**
 * Numbers: reads and hits of what is invalidated at random, `writes` of it; `invalidations` beside them; entries
 * `written` by batches; reads of entries that have to be there, and how often it could not be decided whether one is.
 */
export type Count = (typeof COUNTS)[number]

/**
 * Reads that returned an older version than they had to, with what they had to; the same on the isolated side of a split
 * brain, where nothing is promised; reads that returned a value after the end of its life; rejections nobody handled.
 */
export type Finding = (typeof FINDINGS)[number]

export interface Report extends Readonly<Record<Count, number>>, Readonly<Record<Finding, readonly string[]>> {
  /** Milliseconds from an acknowledgement elsewhere until its record was known here. */
  readonly latencies: readonly number[]
  readonly memory: readonly MemorySample[]
}

/** A report that is being written. */
export interface Draft extends Record<Count, number>, Readonly<Record<Finding, string[]>> {
  readonly latencies: number[]
  readonly memory: MemorySample[]
}

export function newDraft(): Draft {
  return {
    ...all(COUNTS, () => 0),
    ...all(FINDINGS, (): string[] => []),
    latencies: [],
    memory: [],
  }
}

/** All together; latencies in order. */
export function sum(reports: readonly Report[]): Report {
  return {
    ...all(COUNTS, (count) => reports.reduce((total, report) => total + report[count], 0)),
    ...all(FINDINGS, (finding) => reports.flatMap((report) => report[finding])),
    latencies: reports.flatMap(({ latencies }) => latencies).sort((a, b) => a - b),
    memory: reports.flatMap(({ memory }) => memory),
  }
}

function all<Name extends string, Value>(names: readonly Name[], valueOf: (name: Name) => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Name, Value>
}
