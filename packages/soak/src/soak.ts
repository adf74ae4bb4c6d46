/**
 * Several processes over one store that is killed, emptied, starved and cut off meanwhile, as they are themselves; none
 * may ever read what an invalidation outdated for it.
 */
import { createRandom } from '@hotpath/testkit'
import { FaultTimes } from './fault-times.ts'
import { Ledger } from './ledger.ts'
import { type Report, sum } from './report.ts'
import { type Growth, growthOf } from './slope.ts'
import { absoluteNow, pause } from './time.ts'
import type { Fault, Topology } from './topology.ts'
import { Workers } from './workers.ts'

/** How long, with how many processes, and from which seed. */
export interface SoakOptions {
  readonly seconds: number
  readonly processes: number
  readonly seed: number
  /** Whether anything goes wrong. */
  readonly faults: boolean
  /** Names of failovers: the run takes longer until each has happened. Default: none. */
  readonly until?: readonly string[]
}

/** What all workers did together, and which faults they went through. */
export interface SoakReport extends Omit<Report, 'memory'> {
  readonly faults: Readonly<Record<string, number>>
  /** Entries that had to be there, and are gone without a reason. */
  readonly lost: readonly string[]
  /** How many are gone for a reason, by reason. */
  readonly excused: Readonly<Record<string, number>>
  /** Of the process that lived through all of it; `undefined` when that was too short to say. */
  readonly growth: Growth | undefined
}

/** Of every other process. */
const MAX_OFFLINE_MS = 3_000
/** Of the others; the default. */
const LONG_OFFLINE_MS = 30_000
/** Between all faults and all faults again. */
const CALM_MS = 8_000
/** Longer than anybody may be without contact; twice as long at most. */
const FROZEN_MS = 4_000
const HOUR_MS = 3_600_000
/** Of a run in which there is time to be well between faults. */
const LONG_S = 15
/** The share of a run, and the time, between two failovers. */
const FAILOVER_RATIO = 0.15
const FAILOVER_MS = 8_000
const UNASKED = 'a failover that nobody asked for'

export async function soak(start: () => Promise<Topology>, options: SoakOptions): Promise<SoakReport> {
  const topology = await start()
  const { faults, failovers = {}, losing } = topology
  const unknown = losing.filter((name) => faults[name] === undefined)
  if (unknown.length > 0) throw new Error(`\`losing\` names faults that there are not: ${unknown.join(', ')}.`)
  const never = options.until?.filter((name) => failovers[name] === undefined) ?? []
  if (never.length > 0) throw new Error(`\`until\` names failovers that there are not: ${never.join(', ')}.`)
  const times = new FaultTimes([...losing, ...Object.keys(failovers), UNASKED])
  const ledger = new Ledger(times)
  const workers = new Workers(topology.worker, ledger)
  const counts: Record<string, number> = {}
  const count = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1)
  const unwatch = await topology.watch?.(workers, () => {
    count(UNASKED)
    const end = times.begin(UNASKED, absoluteNow())
    return () => end(absoluteNow())
  })
  try {
    for (let index = 0; index < options.processes; index++) {
      workers.start({
        setup: topology.setup(index),
        seed: options.seed * 1_000 + index,
        index,
        processes: options.processes,
        standsStillMs: topology.standsStillMs ?? 0,
        maxOfflineMs: index % 2 === 0 ? MAX_OFFLINE_MS : LONG_OFFLINE_MS,
        skewMs: topology.clocksDiffer ? (index % 3) * HOUR_MS - HOUR_MS : 0,
      })
    }
    await workers.ready()
    await trouble(topology, { workers, times, options, counts, count })
    await workers.stop()
    const { memory: _, ...report } = sum(workers.reports.flat())
    const excused: Record<string, number> = {}
    for (const loss of ledger.losses) {
      if (loss.type === 'excused') excused[loss.reason] = (excused[loss.reason] ?? 0) + 1
    }
    return {
      ...report,
      faults: counts,
      lost: ledger.losses.flatMap((loss) => (loss.type === 'lost' ? [loss.line] : [])),
      excused,
      growth: growthOf(sum(workers.reports[0] ?? []).memory),
    }
  } finally {
    unwatch?.()
    workers.kill()
    await topology.stop()
  }
}

/** What trouble works with. */
interface TroubleParts {
  readonly workers: Workers
  readonly times: FaultTimes
  readonly options: SoakOptions
  readonly counts: Readonly<Record<string, number>>
  count(name: string): void
}

/** Lets things go wrong for a while, and counts what did. */
async function trouble(
  { faults, failovers = {}, clocksDiffer, losing }: Topology,
  { workers, times, options: { seconds, seed, faults: areFaults, until = [] }, counts, count }: TroubleParts,
): Promise<void> {
  const random = createRandom(seed)
  const atRandom: Readonly<Record<string, Fault>> = {
    'kill a process': async () => workers.replace(random.int(100)),
    'freeze a process': async () => workers.freeze(random.int(100), FROZEN_MS + random.int(FROZEN_MS)),
    ...(clocksDiffer && {
      'set the clock of a process': async () => workers.setClock(random.int(100), (random() * 2 - 1) * HOUR_MS),
    }),
    ...faults,
  }
  // Those that may cost entries come last then, so that nothing may be lost for a good while.
  const isLong = seconds >= LONG_S
  const bag: string[] = []
  const inTurn = Object.entries(failovers)
  inTurn.push(...inTurn.splice(0, seed % Math.max(1, inTurn.length)))
  let areAllThrough = false
  const stopAt = performance.now() + seconds * 1_000
  let failOverAt = performance.now() + seconds * 1_000 * FAILOVER_RATIO
  while (performance.now() < stopAt || until.some((name) => counts[name] === undefined)) {
    await pause((300 + random.int(900)) * (isLong ? 2 : 1))
    if (!areFaults) continue
    const next = inTurn[0]
    if (next !== undefined && performance.now() > failOverAt) {
      const [name, fault] = next
      count(name)
      const end = times.begin(name, absoluteNow())
      await fault(workers).finally(() => end(absoluteNow()))
      inTurn.push(...inTurn.splice(0, 1))
      failOverAt = performance.now() + FAILOVER_MS
      continue
    }
    // Each once before any comes again.
    if (bag.length === 0) {
      bag.push(...Object.keys(atRandom))
      // So that what is missing can be told from what cannot be reached.
      if (areAllThrough) await pause(CALM_MS)
      areAllThrough = true
    }
    const harmless = isLong ? bag.filter((name) => !losing.includes(name)) : []
    const name = random.pick(harmless.length > 0 ? harmless : bag)
    bag.splice(bag.indexOf(name), 1)
    // A fault may hit the connection that causes it.
    const end = times.begin(name, absoluteNow())
    const isDone = await atRandom[name]?.(workers).then(
      () => true,
      () => false,
    )
    end(absoluteNow())
    count(isDone === true ? name : `${name} (in vain)`)
  }
}
