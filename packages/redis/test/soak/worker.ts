/**
 * One process of a soak: reads, loads and writes at random, and checks every value it gets. Started by `workers.ts`.
 *
 * A read has to see at least what this process wrote before it (P1), what the token it is given names (P16), and what
 * anybody wrote more than `maxOffline` and a margin ago (P2, P3, P5); and no value is older than its life (P4). On the
 * isolated side of a split brain the first three are not promised, so they are counted apart until it has ended.
 */
import { parseToken } from '@hotpath/contract'
import { type Cache, createCache, isHotpathError, memory, systemClock } from '@hotpath/core'
import { createRandom } from '@hotpath/testkit'
import { redis } from '../../src/index.ts'
import { connect } from './connect.ts'
import { Latencies } from './latencies.ts'
import type { Acknowledged, Report, ToParent, ToWorker, WorkerOptions } from './protocol.ts'

interface Value {
  readonly version: number
  /** When its load ended. */
  readonly at: number
}

const options = JSON.parse(process.argv[2] ?? '') as WorkerOptions
const random = createRandom(options.seed)
const KEYS = Array.from({ length: 12 }, (_, n) => `key${n}`)
const TAGS = 6
/** Of all operations; most of them of few keys, so that the others live long enough to be outdated by chance. */
const WRITE_RATIO = 0.04
/** Never written, and short-lived: nothing but their age ends them, so memory would outlive Redis if it could. */
const CALM_KEYS = ['calm0', 'calm1', 'calm2']
const CALM_MS = 1_500
/** A life begins a little after the end of the load. */
const SLACK_MS = 100
/** Beyond `maxOffline`: heartbeats and a busy machine. */
const MARGIN_MS = 4_000

const client = connect(options.connection, options.hearsOfFailovers)
const cache: Cache = createCache({
  name: 'soak',
  tiers: [memory({ maxEntries: 10 }), redis({ client })],
  ttl: '10m',
  maxOffline: options.maxOfflineMs,
  tierTimeout: 500,
  backoff: false,
  clock: { ...systemClock, now: () => systemClock.now() + options.skewMs },
})

const waiting = new Map<number, (version: number) => void>()
const own = new Map<string, number>()
const others: Acknowledged[] = []
/** Own writes that the replaced side of a split brain acknowledged. */
let isolated: Acknowledged[] = []
const latencies = new Latencies(cache)
const stale: string[] = []
const staleInSplit: string[] = []
const outlived: string[] = []
const unhandled: string[] = []
const counts = { reads: 0, writes: 0, failedWrites: 0 }
let asked = 0
const state: { isRunning: boolean; splitEpoch: string | undefined } = { isRunning: true, splitEpoch: undefined }

process.on('unhandledRejection', (error) => void unhandled.push(String(error)))
process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'version':
      waiting.get(message.id)?.(message.version)
      waiting.delete(message.id)
      break
    case 'acknowledged':
      others.push({ ...message, at: performance.now() })
      if (message.token !== undefined) latencies.measure(message.token, message.at)
      break
    case 'split':
      state.splitEpoch = message.epoch
      tell({ type: 'warned' })
      break
    case 'stop':
      state.isRunning = false
  }
})

const tell = (message: ToParent): void => void process.send?.(message)
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))
const numberOf = (key: string): number => Number(/\d+$/.exec(key)?.[0])
const tagOf = (key: string): string => `tag${numberOf(key) % TAGS}`
const absoluteNow = (): number => performance.timeOrigin + performance.now()

function isIsolated(token: string | undefined): boolean {
  return token !== undefined && parseToken(token).epoch === state.splitEpoch
}

function ask(type: 'read' | 'write', key: string): Promise<number> {
  const id = asked++
  return new Promise((resolve) => {
    waiting.set(id, resolve)
    tell({ type, id, key })
  })
}

async function load(key: string): Promise<Value> {
  await pause(random.int(8))
  const version = await ask('read', key)
  await pause(random.int(25))
  return { version, at: absoluteNow() }
}

async function read(): Promise<void> {
  const isCalm = random() < 0.1
  const key = random.pick(isCalm ? CALM_KEYS : KEYS)
  const named = random() < 0.2 ? others.findLast((one) => one.key === key && one.token !== undefined) : undefined
  const settledBefore = performance.now() - options.maxOfflineMs - MARGIN_MS
  const settled = others.findLast((one) => one.key === key && one.at < settledBefore)?.version ?? 0
  const least = Math.max(own.get(key) ?? 0, named?.version ?? 0, settled)
  const after = named?.token as never
  const terms = isCalm ? { ttl: CALM_MS } : { tags: [tagOf(key)], after }
  const startedAt = absoluteNow()
  const wasIsolated = isIsolated(cache.now())
  const how = random.int(4)
  const value =
    how === 0
      ? await cache.get<Value>(key, { after })
      : how === 1
        ? (await cache.getOrSetMany<Value>([key], async () => [await load(key)], terms))[0]
        : await cache.getOrSet(key, () => load(key), terms)
  counts.reads++
  if (value === undefined) return
  if (value.version < least) {
    const why = `own ${own.get(key) ?? 0}, token ${named?.version ?? '-'}, settled ${settled}`
    const list = wasIsolated ? staleInSplit : stale
    list.push(`${key}: ${value.version} < ${least} (${why})`)
  }
  // It was judged some time after the start.
  const ageMs = startedAt - value.at
  if (isCalm && ageMs > CALM_MS + SLACK_MS) outlived.push(`${key}: ${Math.round(ageMs)} ms old`)
}

async function write(): Promise<void> {
  const key = KEYS[Math.floor(random() ** 3 * KEYS.length)] as string
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
    const message: Acknowledged = { type: 'acknowledged', key, version, token, at: absoluteNow() }
    if (isIsolated(token)) isolated.push({ ...message, token: undefined })
    else tell(message)
  } catch (error) {
    if (!isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) throw error
    counts.failedWrites++
  }
  own.set(key, Math.max(own.get(key) ?? 0, version))
}

/** What was acknowledged in a split brain counts for others from its end on. */
function reunite(): void {
  if (isolated.length === 0 || cache.now() === undefined || isIsolated(cache.now())) return
  for (const message of isolated) tell(message)
  isolated = []
}

async function work(): Promise<void> {
  while (state.isRunning) {
    if (random() < WRITE_RATIO) await write()
    else await read()
    reunite()
    await pause(random.int(4))
  }
}

for (let wait = 0; cache.now() === undefined && wait < 500; wait++) await pause(20)
tell({ type: 'ready' })
await Promise.all([work(), work(), work(), work()])
const { hits } = cache.stats()
latencies.close()
await cache.close()
client.disconnect()
const report: Report = { ...counts, hits, stale, staleInSplit, outlived, unhandled, latencies: latencies.measured }
process.send?.({ type: 'report', report } satisfies ToParent, undefined, undefined, () => {
  if (process.connected) process.disconnect()
})
