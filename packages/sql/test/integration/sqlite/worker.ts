/** One process of several on one file: writes, tags away and reads back, and counts what came back stale. */
import { createCache, memory } from '@hotpath/core'
import { sqlite } from '../../../src/index.ts'
import { until } from '../until.ts'

const [path = '', name = ''] = process.argv.slice(2)
const cache = createCache({
  name,
  tiers: [memory({ maxEntries: 100 }), sqlite({ path })],
  ttl: '1h',
  tierTimeout: false,
})
await until('the view of the log', () => cache.position())

process.once('message', () => void work())
process.send?.('ready')

async function work(): Promise<void> {
  let stale = 0
  const own = String(process.pid)
  for (let round = 1; round <= 200; round++) {
    await cache.set(['shared', round % 10], `${own} ${round}`, { tags: [own] })
    const written = await cache.set(own, round, { tags: [own, 'all'] })
    // Another may have outdated it meanwhile, but an older value must not come back.
    const seen = await cache.get<number>(own, { after: written })
    if (seen !== undefined && seen !== round) stale++
    if (round % 5 === 0) {
      const after = await cache.invalidateTags([own])
      if ((await cache.get(own, { after })) !== undefined) stale++
    }
  }
  await cache.close()
  process.send?.({ stale })
}
