/** The HTTP client beside bare undici: 64 connections to a server on the loopback interface, each answer parsed. */
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { createCache, memory } from '@hotpath/core'
import { createHttpClient } from '@hotpath/request/http'
import { Agent, fetch } from 'undici'
import { goal, interleave, median } from './rounds.ts'

const CONNECTIONS = 64

interface Contestant {
  readonly name: string
  get(id: number): Promise<unknown>
}

interface Round {
  readonly perSecond: number
  /** Processor time of this thread, which the server is not part of. */
  readonly cpuMicros: number
}

/** Runs the benchmark and prints its tables. */
export async function http(quick: boolean): Promise<void> {
  const worker = new Worker(new URL('./http-server.ts', import.meta.url))
  const [port] = (await once(worker, 'message')) as [number]
  const origin = `http://127.0.0.1:${port}`
  const agent = new Agent({ connections: CONNECTIONS })
  const plain = createHttpClient({ baseUrl: origin, connections: CONNECTIONS })
  const cache = createCache({ name: 'http', tiers: [memory({ maxEntries: 1_000 })] })
  const cached = createHttpClient({ baseUrl: origin, connections: CONNECTIONS, cache })
  const undici = async (path: string): Promise<unknown> => {
    const { body } = await agent.request({ origin, path, method: 'GET' })
    return body.json()
  }
  const undiciFetch = async (path: string): Promise<unknown> =>
    (await fetch(origin + path, { dispatcher: agent })).json()
  const [count, rounds] = quick ? [2_000, 9] : [2_000, 41]

  console.log(`**${CONNECTIONS} requests at a time, 250 bytes of JSON each**\n`)
  const small = await run(count, rounds, [
    { name: 'undici request', get: (id) => undici(`/small?${id}`) },
    { name: 'undici fetch', get: (id) => undiciFetch(`/small?${id}`) },
    { name: 'hotpath', get: (id) => plain.get(`/small?${id}`) },
  ])
  goal('requests/s, × undici request', ratio(small, 'hotpath', 'undici request'), { atLeast: 0.9 })

  console.log('\n**64 kB of JSON that have not changed: 100 addresses, validated each time (`no-cache`, `ETag`)**\n')
  const large = await run(count / 5, rounds, [
    { name: 'undici request', get: (id) => undici(`/large?${id % 100}`) },
    { name: 'hotpath, 304', get: (id) => cached.get(`/large?${id % 100}`) },
  ])
  goal('requests/s, × undici request', ratio(large, 'hotpath, 304', 'undici request'), { atLeast: 1 })
  await Promise.all([plain.close(), cached.close(), cache.close(), agent.close()])
  await worker.terminate()
}

async function run(count: number, rounds: number, contestants: readonly Contestant[]): Promise<Map<string, Round[]>> {
  const results = await interleave(contestants, rounds, async ({ get }) => {
    // What the round before left behind is not ours to clear away; and code that went with it is made again unmeasured.
    globalThis.gc?.()
    await askAll(get, count)
    return askAll(get, count)
  })
  console.log('| | requests/s | min..max | µs of processor per request |\n| --- | --: | --: | --: |')
  for (const [name, all] of results) {
    const rates = all.map(({ perSecond }) => perSecond)
    const spread = `${whole(Math.min(...rates))}..${whole(Math.max(...rates))}`
    const cpu = median(all.map(({ cpuMicros }) => cpuMicros)).toFixed(0)
    console.log(`| ${name} | ${whole(median(rates))} | ${spread} | ${cpu} |`)
  }
  return results
}

async function askAll(get: Contestant['get'], count: number): Promise<Round> {
  let next = 0
  const asker = async (): Promise<void> => {
    while (next < count) {
      const value = await get(next++)
      if (typeof value !== 'object' || value === null) throw new Error('An answer is missing.')
    }
  }
  const cpu = process.threadCpuUsage()
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: CONNECTIONS }, asker))
  const perSecond = (count / (performance.now() - startedAt)) * 1_000
  const { user, system } = process.threadCpuUsage(cpu)
  return { perSecond, cpuMicros: (user + system) / count }
}

function ratio(results: ReadonlyMap<string, readonly Round[]>, ours: string, theirs: string): number {
  const rate = (name: string): number => median((results.get(name) ?? []).map(({ perSecond }) => perSecond))
  return rate(ours) / rate(theirs)
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en')
}
