/**
 * Several processes over one store that is killed, emptied, starved and cut off meanwhile, as they are themselves; none
 * may ever read what an invalidation outdated for it.
 */
import { type SeededRandom, createRandom } from '@hotpath/testkit'
import { type Report, sum } from './report.ts'
import type { Fault, Topology } from './topology.ts'
import { Workers } from './workers.ts'

/** How long, with how many processes, and from which seed. */
export interface SoakOptions {
  readonly seconds: number
  readonly processes: number
  readonly seed: number
  /** Whether anything goes wrong. */
  readonly faults: boolean
}

/** What all workers did together, and which faults they went through. */
export interface SoakReport extends Report {
  readonly faults: Readonly<Record<string, number>>
}

const MAX_OFFLINE_MS = 3_000
/** Longer than anybody may be without contact; twice as long at most. */
const FROZEN_MS = 4_000
const HOUR_MS = 3_600_000
/** The share of a run, and the time, between two failovers. */
const FAILOVER_RATIO = 0.15
const FAILOVER_MS = 8_000

export async function soak(start: () => Promise<Topology>, options: SoakOptions): Promise<SoakReport> {
  const topology = await start()
  const workers = new Workers(topology.worker)
  try {
    for (let index = 0; index < options.processes; index++) {
      workers.start({
        setup: topology.setup(index),
        seed: options.seed * 1_000 + index,
        maxOfflineMs: MAX_OFFLINE_MS,
        skewMs: topology.clocksDiffer ? (index % 3) * HOUR_MS - HOUR_MS : 0,
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
  { faults, failovers = {} }: Topology,
  workers: Workers,
  { seconds, seed, faults: areFaults }: SoakOptions,
): Promise<SoakReport['faults']> {
  const random = createRandom(seed)
  const atRandom: Readonly<Record<string, Fault>> = {
    'kill a process': async () => workers.replace(random.int(100)),
    'freeze a process': async () => workers.freeze(random.int(100), FROZEN_MS + random.int(FROZEN_MS)),
    ...faults,
  }
  const bag: string[] = []
  const inTurn = Object.entries(failovers)
  const counts: Record<string, number> = {}
  const count = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1)
  const end = performance.now() + seconds * 1_000
  let failOverAt = performance.now() + seconds * 1_000 * FAILOVER_RATIO
  while (performance.now() < end) {
    await pause(random)
    if (!areFaults) continue
    const next = inTurn[0]
    if (next !== undefined && performance.now() > failOverAt) {
      const [name, fault] = next
      count(name)
      await fault(workers)
      inTurn.push(...inTurn.splice(0, 1))
      failOverAt = performance.now() + FAILOVER_MS
      continue
    }
    // Each once before any comes again.
    if (bag.length === 0) bag.push(...Object.keys(atRandom))
    const [name = ''] = bag.splice(random.int(bag.length), 1)
    // A fault may hit the connection that causes it.
    const isDone = await atRandom[name]?.(workers).then(
      () => true,
      () => false,
    )
    count(isDone === true ? name : `${name} (in vain)`)
  }
  return counts
}

function pause(random: SeededRandom): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 300 + random.int(900)))
}
