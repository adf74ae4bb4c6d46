/** What workers did and saw. */
export interface Report {
  readonly reads: number
  readonly hits: number
  readonly writes: number
  readonly failedWrites: number
  /** Reads that returned an older version than they had to; with what they had to. */
  readonly stale: readonly string[]
  /** The same, while the process was on the isolated side of a split brain, where nothing is promised. */
  readonly staleInSplit: readonly string[]
  /** Reads that returned a value after the end of its life. */
  readonly outlived: readonly string[]
  readonly unhandled: readonly string[]
  /** Milliseconds from an acknowledgement elsewhere until its record was known here. */
  readonly latencies: readonly number[]
}

/** A report that is being written. */
export interface Draft {
  reads: number
  hits: number
  writes: number
  failedWrites: number
  readonly stale: string[]
  readonly staleInSplit: string[]
  readonly outlived: string[]
  readonly unhandled: string[]
  readonly latencies: number[]
}

export function newDraft(): Draft {
  return {
    reads: 0,
    hits: 0,
    writes: 0,
    failedWrites: 0,
    stale: [],
    staleInSplit: [],
    outlived: [],
    unhandled: [],
    latencies: [],
  }
}

/** All together; latencies in order. */
export function sum(reports: readonly Report[]): Report {
  const total = (pick: (report: Report) => number): number => reports.reduce((all, report) => all + pick(report), 0)
  return {
    reads: total(({ reads }) => reads),
    hits: total(({ hits }) => hits),
    writes: total(({ writes }) => writes),
    failedWrites: total(({ failedWrites }) => failedWrites),
    stale: reports.flatMap(({ stale }) => stale),
    staleInSplit: reports.flatMap(({ staleInSplit }) => staleInSplit),
    outlived: reports.flatMap(({ outlived }) => outlived),
    unhandled: reports.flatMap(({ unhandled }) => unhandled),
    latencies: reports.flatMap(({ latencies }) => latencies).sort((a, b) => a - b),
  }
}
