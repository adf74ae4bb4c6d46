/**
 * One process of a soak: reads, loads and writes at random, and checks every value it gets. Started by `soak.ts`.
 *
 * A read has to see at least what this process wrote before it (P1), what the token it is given names (P16), and what
 * anybody wrote more than `maxOffline` and a margin ago (P3).
 */
import { parseToken } from '@hotpath/contract'
import { type Cache, createCache, isHotpathError, memory } from '@hotpath/core'
import { createRandom } from '@hotpath/testkit'
import { Redis } from 'ioredis'
import { redis } from '../../src/index.ts'
import type { Report, ToParent, ToWorker, WorkerOptions } from './protocol.ts'

const options = JSON.parse(process.argv[2] ?? '') as WorkerOptions
const random = createRandom(options.seed)
const KEYS = Array.from({ length: 12 }, (_, n) => `key${n}`)
const TAGS = ['even', 'odd']
/** Beyond `maxOffline`: heartbeats and a busy machine. */
const MARGIN_MS = 4_000

const client = new Redis({ port: options.port, host: '127.0.0.1', commandTimeout: 2_000, retryStrategy: () => 50 })
client.on('error', () => {})
const cache: Cache = createCache({
  name: 'soak',
  tiers: [memory({ maxEntries: 8 }), redis({ client })],
  ttl: '10m',
  maxOffline: options.maxOfflineMs,
  tierTimeout: 500,
  backoff: false,
})

const waiting = new Map<number, (version: number) => void>()
const own = new Map<string, number>()
const others: { readonly key: string; readonly version: number; readonly token: string; readonly at: number }[] = []
const latencies: number[] = []
const stale: string[] = []
const unhandled: string[] = []
const counts = { reads: 0, writes: 0, failedWrites: 0 }
let asked = 0
const state = { isRunning: true }

process.on('unhandledRejection', (error) => void unhandled.push(String(error)))
process.on('message', (message: ToWorker) => {
  if (message.type === 'version') {
    waiting.get(message.id)?.(message.version)
    waiting.delete(message.id)
  } else if (message.type === 'acknowledged') {
    others.push({ ...message, at: performance.now() })
    measure(message.token, message.at)
  } else state.isRunning = false
})

const tell = (message: ToParent): void => void process.send?.(message)
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))
const tagOf = (key: string): string => TAGS[Number(key.slice(3)) % 2] as string

const absoluteNow = (): number => performance.timeOrigin + performance.now()

/** Looks at every turn of the event loop whether the record is known here. */
function measure(token: string, since: number): void {
  const wanted = parseToken(token)
  const look = (): void => {
    const known = cache.now()
    const { epoch, position } = known === undefined ? { epoch: wanted.epoch, position: 0 } : parseToken(known)
    // Of another life of the log: there is nothing to wait for.
    if (epoch !== wanted.epoch || !state.isRunning) return
    if (position >= wanted.position) latencies.push(absoluteNow() - since)
    else setImmediate(look)
  }
  look()
}

function ask(type: 'read' | 'write', key: string): Promise<number> {
  const id = asked++
  return new Promise((resolve) => {
    waiting.set(id, resolve)
    tell({ type, id, key })
  })
}

async function load(key: string): Promise<number> {
  await pause(random.int(8))
  const version = await ask('read', key)
  await pause(random.int(25))
  return version
}

async function read(): Promise<void> {
  const key = random.pick(KEYS)
  const named = random() < 0.2 ? others.findLast((one) => one.key === key) : undefined
  const settledBefore = performance.now() - options.maxOfflineMs - MARGIN_MS
  const settled = others.findLast((one) => one.key === key && one.at < settledBefore)?.version ?? 0
  const least = Math.max(own.get(key) ?? 0, named?.version ?? 0, settled)
  const after = named?.token as never
  const tags = [tagOf(key)]
  const how = random.int(4)
  const value =
    how === 0
      ? await cache.get<number>(key, { after })
      : how === 1
        ? (await cache.getOrSetMany<number>([key], async () => [await load(key)], { tags, after }))[0]
        : await cache.getOrSet(key, () => load(key), { tags, after })
  counts.reads++
  if (value !== undefined && value < least) {
    const why = `own ${own.get(key) ?? 0}, token ${named?.version ?? '-'}, settled ${settled}`
    stale.push(`${key}: ${value} < ${least} (${why})`)
  }
}

async function write(): Promise<void> {
  const key = random.pick(KEYS)
  const version = await ask('write', key)
  const how = random.int(4)
  counts.writes++
  try {
    const token =
      how === 0
        ? await cache.delete(key)
        : how === 1
          ? await cache.invalidateTags([tagOf(key)])
          : how === 2
            ? await cache.invalidatePattern(`${key}*`)
            : await cache.invalidatePrefix(key)
    tell({ type: 'acknowledged', key, version, token, at: absoluteNow() })
  } catch (error) {
    if (!isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) throw error
    counts.failedWrites++
  }
  own.set(key, Math.max(own.get(key) ?? 0, version))
}

async function work(): Promise<void> {
  while (state.isRunning) {
    if (random() < 0.9) await read()
    else await write()
    await pause(random.int(4))
  }
}

for (let wait = 0; cache.now() === undefined && wait < 500; wait++) await pause(20)
tell({ type: 'ready' })
await Promise.all([work(), work(), work(), work()])
const { hits } = cache.stats()
await cache.close()
client.disconnect()
const report: Report = { ...counts, hits, stale, unhandled, latencies }
process.send?.({ type: 'report', report } satisfies ToParent, undefined, undefined, () => process.disconnect())
