/** `pnpm bench races`: named races, run against Hotpath and its peers; prints what each answered, as Markdown. */
import { Redis } from 'ioredis'
import { startRedis } from '../../../../scripts/redis-server.ts'
import type { Outcome } from './outcome.ts'
import type { Peer } from './peer.ts'
import { asyncCacheDedupe } from './peers/async-cache-dedupe.ts'
import { bentocache } from './peers/bentocache.ts'
import { cacheManager } from './peers/cache-manager.ts'
import { cacheable } from './peers/cacheable.ts'
import { cachified } from './peers/cachified.ts'
import { hotpath } from './peers/hotpath.ts'
import { layeredLoader } from './peers/layered-loader.ts'
import { pMemoizeOverStore } from './peers/p-memoize.ts'
import { RACES, type Race } from './race-list.ts'
import { report } from './report.ts'
import { run } from './run.ts'
import { Strays } from './strays.ts'

const PEERS: readonly Peer[] = [
  hotpath,
  bentocache,
  cacheable,
  cacheManager,
  cachified,
  asyncCacheDedupe,
  layeredLoader,
  pMemoizeOverStore,
]

/** Runs all races, one after the other, each contestant in turn. */
export async function races(quick: boolean): Promise<void> {
  const strays = new Strays()
  const server = await startRedis()
  const admin = new Redis(server.url)
  const ground = { admin, url: server.url, rounds: quick ? 1 : 3, nextStray: () => strays.next() }
  const results = new Map<Race, Map<Peer, Outcome>>()
  try {
    for (const race of RACES) {
      const outcomes = new Map<Peer, Outcome>()
      results.set(race, outcomes)
      for (const peer of PEERS) outcomes.set(peer, await run(race, peer, ground))
    }
    const version = /redis_version:(\S+)/.exec(await admin.info('server'))?.[1] ?? 'of unknown version'
    const rounds = ground.rounds === 1 ? 'once' : `${ground.rounds} times`
    console.log(`${new Date().toISOString().slice(0, 10)}, Redis ${version}, each race ${rounds}\n`)
    report(results, PEERS)
  } finally {
    admin.disconnect()
    server.stop()
  }
}
