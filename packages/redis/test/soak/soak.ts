/**
 * Several processes over Redis servers that are killed, replaced, emptied, starved and cut off meanwhile; none may ever
 * read what an invalidation outdated for it. Their wall clocks are up to an hour apart.
 */
import { createRandom, type SeededRandom } from '@hotpath/testkit'
import { faultsOf } from './faults.ts'
import type { Report } from './protocol.ts'
import { LOG, type Topology, type TopologyName, startTopology } from './topology.ts'
import { Workers } from './workers.ts'

/** How long, with how many processes, over what, and from which seed. */
export interface SoakOptions {
  readonly seconds: number
  readonly processes: number
  readonly seed: number
  /** Whether anything goes wrong. */
  readonly faults: boolean
  /** Default `single`. */
  readonly topology?: TopologyName | undefined
}

/** What all workers did together, and which faults they went through. */
export interface SoakReport extends Report {
  readonly faults: Readonly<Record<string, number>>
}

const MAX_OFFLINE_MS = 3_000
const HOUR_MS = 3_600_000
/** The share of a run, and the time, between two failovers. */
const FAILOVER_RATIO = 0.15
const FAILOVER_MS = 8_000

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const topology = await startTopology(options.topology ?? 'single')
  const workers = new Workers()
  try {
    for (let index = 0; index < options.processes; index++) {
      workers.start({
        connection: topology.connection,
        seed: options.seed * 1_000 + index,
        // A split brain has two sides.
        hearsOfFailovers: index % 2 === 1,
        maxOfflineMs: MAX_OFFLINE_MS,
        skewMs: (index % 3) * HOUR_MS - HOUR_MS,
      })
    }
    await workers.ready()
    const faults = await trouble(topology, workers, options)
    return { ...sum(await workers.stop()), faults }
  } finally {
    workers.kill()
    await topology.stop()
  }
}

/** Lets things go wrong for a while; answers what did, and how often. */
async function trouble(
  topology: Topology,
  workers: Workers,
  { seconds, seed, faults: areFaults }: SoakOptions,
): Promise<SoakReport['faults']> {
  const random = createRandom(seed)
  const faults = faultsOf(topology)
  const counts: Record<string, number> = {}
  const count = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1)
  const end = performance.now() + seconds * 1_000
  let failOverAt = performance.now() + seconds * 1_000 * FAILOVER_RATIO
  let isCrash = true
  while (performance.now() < end) {
    await pause(random)
    if (!areFaults) continue
    if (topology.failOver !== undefined && performance.now() > failOverAt) {
      count(isCrash ? 'end the primary' : 'freeze the primary')
      await (isCrash ? topology.failOver() : split(topology, workers))
      isCrash = !isCrash
      failOverAt = performance.now() + FAILOVER_MS
      continue
    }
    const name = random.pick(Object.keys(faults))
    count(name)
    const primary = await topology.primary()
    // A fault may hit the connection that causes it.
    await faults[name]?.(primary).catch(() => {})
  }
  return counts
}

async function split(topology: Topology, workers: Workers): Promise<void> {
  const primary = await topology.primary()
  const epoch = (await primary.admin().hget(LOG, 'e')) ?? undefined
  await topology.split?.(() => workers.warn(epoch))
  await workers.warn(undefined)
}

function pause(random: SeededRandom): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 300 + random.int(900)))
}

function sum(reports: readonly Report[]): Report {
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
