/** One process of `cold-key.ts`. */
import { createCache, memory } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { Redis } from 'ioredis'

/** What a process is started with. */
export interface ColdOptions {
  readonly url: string
  readonly callers: number
  readonly loadMs: number
}

/** The word to start, at an instant in milliseconds since 1970. */
export interface Go {
  readonly key: string
  readonly at: number
}

/** What came of it, in milliseconds from the start. */
export interface ColdReport {
  readonly times: readonly number[]
  readonly loads: readonly { readonly from: number; readonly to: number }[]
}

const { url, callers, loadMs } = JSON.parse(process.argv[2] ?? '') as ColdOptions
const client = new Redis(url)
const cache = createCache({ name: 'cold', tiers: [memory({ maxEntries: 1_000 }), redis({ client })], ttl: '1h' })
const now = (): number => performance.timeOrigin + performance.now()
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

async function run({ key, at }: Go): Promise<ColdReport> {
  await pause(Math.max(0, at - now()))
  const startedAt = now()
  const loads: { from: number; to: number }[] = []
  const load = async (): Promise<object> => {
    const from = now() - startedAt
    await pause(loadMs)
    loads.push({ from, to: now() - startedAt })
    return { key, text: 'x'.repeat(200) }
  }
  const times = await Promise.all(
    Array.from({ length: callers }, async () => {
      await cache.getOrSet(key, load)
      return now() - startedAt
    }),
  )
  return { times, loads }
}

process.on('message', (go: Go) => {
  run(go).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      throw error
    },
  )
})

while (cache.position() === undefined) await pause(10)
process.send?.('ready')
