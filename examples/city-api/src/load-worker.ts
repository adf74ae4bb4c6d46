/** The visitors. They live in a thread of their own, so that their work does not delay the answers they wait for. */
import { parentPort, workerData } from 'node:worker_threads'
import type { LoadOptions, LoadResult } from './load.ts'
import { createTraffic } from './traffic.ts'
import { type Visitor, createVisitor } from './visitor.ts'

const { url, durationMs, connections, traffic } = workerData as LoadOptions
const { origin, pathname } = new URL(url)
const nextPath = createTraffic(traffic)
const latencies: number[] = []
let failures = 0

const visitors = await Promise.all(Array.from({ length: connections }, () => createVisitor(new URL(origin))))
const startedAt = performance.now()
await Promise.all(visitors.map(visit))
const elapsedMs = performance.now() - startedAt
for (const visitor of visitors) visitor.leave()
parentPort?.postMessage(result())

/** Asks again as soon as there is an answer. */
async function visit(visitor: Visitor): Promise<void> {
  for (let now = startedAt; now - startedAt < durationMs; ) {
    const status = await visitor.ask(pathname + nextPath())
    if (status !== 200) failures++
    const answeredAt = performance.now()
    latencies.push(answeredAt - now)
    now = answeredAt
  }
}

function result(): LoadResult {
  const sorted = Float64Array.from(latencies).sort()
  const percentile = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? 0
  return {
    requests: sorted.length,
    failures,
    perSecond: (sorted.length / elapsedMs) * 1_000,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
  }
}
