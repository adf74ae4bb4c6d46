/** One process of a soak. */
import { type Cache, createCache, memory, systemClock } from '@hotpath/core'
import type { Tier } from '@hotpath/contract'
import { createRandom } from '@hotpath/testkit'
import { Checker } from './checker.ts'
import { Latencies } from './latencies.ts'
import { Player } from './player.ts'
import type { Acknowledged, ToWorker, WorkerOptions } from './protocol.ts'
import { newDraft } from './report.ts'
import { Source, tell } from './source.ts'

/** A store as a worker has it. */
export interface Opened {
  readonly tier: Tier
  close(): Promise<void> | void
}

/** Beyond `maxOffline`: heartbeats and a busy machine. */
const MARGIN_MS = 4_000
const REPORT_MS = 200
/** Operations at once. */
const PLAYERS = 4

/** Reads, loads and writes at random until told to stop. The program of a worker calls it, once. */
export async function work<Setup>(open: (setup: Setup) => Opened): Promise<void> {
  const { setup, seed, maxOfflineMs, skewMs } = JSON.parse(process.argv[2] ?? '') as WorkerOptions<Setup>
  const store = open(setup)
  const cache: Cache = createCache({
    name: 'soak',
    tiers: [memory({ maxEntries: 10 }), store.tier],
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
  const player = new Player({
    cache,
    source,
    checker,
    random: createRandom(seed),
    report: {
      add: (count) => void draft[count]++,
      found(list, line) {
        draft[list].push(line)
        void report(false)
      },
    },
  })

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
        break
      case 'split':
        player.splitEpoch = message.epoch
        void tell({ type: 'warned' })
        break
      case 'stop':
        player.stop()
    }
  })

  for (let wait = 0; cache.now() === undefined && wait < 500; wait++) {
    await new Promise((resolve) => void setTimeout(resolve, 20))
  }
  await tell({ type: 'ready' })
  const timer = setInterval(() => void report(false), REPORT_MS)
  await Promise.all(Array.from({ length: PLAYERS }, () => player.play()))
  clearInterval(timer)
  latencies.close()
  await cache.close()
  await store.close()
  await report(true)
  process.disconnect()
}
