/** One process of a soak. */
import { type Cache, createCache, memory, systemClock } from '@hotpath/core'
import type { InvalidationLog, Tier } from '@hotpath/contract'
import { createRandom } from '@hotpath/testkit'
import { Checker } from './checker.ts'
import { Keeper, MAX_MEMORY_BYTES } from './keeper.ts'
import { Latencies } from './latencies.ts'
import { Player } from './player.ts'
import type { Acknowledged, ToWorker, WorkerOptions } from './protocol.ts'
import { type Count, type Finding, newDraft } from './report.ts'
import { Source, tell } from './source.ts'
import { Storm } from './storm.ts'
import { absoluteNow } from './time.ts'

/** A store as a worker has it. */
export interface Opened {
  readonly tier: Tier
  /** In place of the tier's own. */
  readonly log?: () => InvalidationLog
  close(): Promise<void> | void
}

/** Beyond `maxOffline`: heartbeats and a busy machine. */
const MARGIN_MS = 4_000
const REPORT_MS = 200
const WEIGH_MS = 2_000
/** Operations at once. */
const PLAYERS = 4

/** Reads, loads and writes at random until told to stop. The program of a worker calls it, once. */
export async function work<Setup>(open: (setup: Setup) => Opened): Promise<void> {
  const { setup, seed, index, processes, maxOfflineMs, standsStillMs, ...options } = JSON.parse(
    process.argv[2] ?? '',
  ) as WorkerOptions<Setup>
  let skewMs = options.skewMs
  const store = open(setup)
  const cache: Cache = createCache({
    name: 'soak',
    tiers: [memory({ maxEntries: index % 2 === 0 ? 10 : 1_000, maxEntryBytes: MAX_MEMORY_BYTES }), store.tier],
    ...(store.log !== undefined && { log: store.log }),
    ttl: '10m',
    maxOffline: maxOfflineMs,
    tierTimeout: 500,
    backoff: false,
    clock: { ...systemClock, now: () => systemClock.now() + skewMs },
  })
  let draft = newDraft()
  let reportedHits = 0

  /** Soon, as this process may be killed. */
  function report(isLast: boolean): Promise<void> {
    const { hits } = cache.stats()
    const told = tell({ type: 'report', report: { ...draft, hits: hits - reportedHits }, isLast })
    reportedHits = hits
    draft = newDraft()
    return told
  }

  const source = new Source()
  const checker = new Checker(maxOfflineMs + MARGIN_MS)
  const latencies = new Latencies(cache, (elapsedMs) => void draft.latencies.push(elapsedMs))
  const random = createRandom(seed)
  const counted = {
    add: (count: Count, by = 1) => void (draft[count] += by),
    found(finding: Finding, line: string) {
      draft[finding].push(line)
      void report(false)
    },
  }
  const player = new Player({ cache, source, checker, random, standsStillMs, report: counted })
  const keeper = new Keeper({
    ...{ cache, index, processes, source, checker, random: random.fork(), report: counted },
    isIsolated: (token) => player.isIsolated(token),
  })
  const storm = new Storm({ cache, random: random.fork(), report: counted })

  const accepted = (one: Acknowledged): void => checker.accepted({ ...one, at: one.at - performance.timeOrigin })
  process.on('unhandledRejection', (error) => void draft.unhandled.push(String(error)))
  process.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'version':
        source.answered(message)
        break
      case 'acknowledged':
        accepted(message)
        if (message.token !== undefined) latencies.measure(message.token, message.at)
        break
      case 'history':
        for (const one of message.acknowledged) accepted(one)
        for (const kept of message.kept) keeper.stored(kept)
        break
      case 'stored':
        keeper.stored(message.kept)
        break
      case 'released':
        keeper.released(message.key)
        break
      case 'clock':
        skewMs = message.skewMs
        break
      case 'split':
        player.splitEpoch = message.epoch
        void tell({ type: 'warned' })
        break
      case 'stop':
        for (const one of [player, keeper, storm]) one.stop()
    }
  })

  for (let wait = 0; cache.position() === undefined && wait < 500; wait++) {
    await new Promise((resolve) => void setTimeout(resolve, 20))
  }
  await tell({ type: 'ready' })
  const timers = [setInterval(() => void report(false), REPORT_MS), setInterval(() => weigh(), WEIGH_MS)]
  await Promise.all([...Array.from({ length: PLAYERS }, () => player.play()), keeper.play(), storm.play()])
  for (const timer of timers) clearInterval(timer)
  latencies.close()
  await cache.close()
  await store.close()
  await report(true)
  process.disconnect()

  function weigh(): void {
    globalThis.gc?.()
    const { heapUsed: heapBytes, rss: rssBytes } = process.memoryUsage()
    draft.memory.push({ at: absoluteNow(), heapBytes, rssBytes })
  }
}
