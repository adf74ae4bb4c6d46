import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { TrafficOptions } from './traffic.ts'

/** A load to play. */
export interface LoadOptions {
  /** Goes before each path of the traffic. */
  readonly url: string
  readonly durationMs: number
  /** As many visitors ask at once, each on a connection that is kept alive. */
  readonly connections: number
  readonly traffic: TrafficOptions
}

/** What the visitors saw. */
export interface LoadResult {
  readonly requests: number
  /** Answers other than 200. */
  readonly failures: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** Plays a load from another thread. Rejects if the service does not answer, or with the reason of `signal`. */
export async function playLoad(options: LoadOptions, signal: AbortSignal): Promise<LoadResult> {
  signal.throwIfAborted()
  const worker = new Worker(new URL('./load-worker.ts', import.meta.url), { workerData: options })
  try {
    const [result] = (await once(worker, 'message', { signal })) as [LoadResult]
    return result
  } finally {
    await worker.terminate()
  }
}
