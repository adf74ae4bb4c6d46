/**
 * One process of `policies.ts`: a full store whose entries come and go, and how long the garbage collector stops it. V8's own
 * settings, and entries of about 100 bytes each.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { createRandom } from '@hotpath/testkit'
import { keyOf } from '../harness.ts'
import { type Entry, STORES } from './stores.ts'

/** What a process is started with. */
export interface PausesOptions {
  readonly name: string
  readonly entries: number
  readonly steps: number
}

/** Milliseconds. */
export interface Pauses {
  readonly p99: number
  readonly longest: number
  readonly count: number
}

const { name, entries, steps } = JSON.parse(process.argv[2] ?? '') as PausesOptions
const store = STORES[name]?.(entries)
if (store === undefined) throw new Error(`There is no store \`${name}\`.`)
const entryOf = (id: number): Entry => ({
  value: id,
  tags: [],
  createdAt: id,
  freshMs: 1,
  staleMs: 0,
  errorMs: 0,
  epoch: '',
  asOf: id,
  aheadMs: 0,
  judgedAt: 0,
  expired: false,
})
for (let id = 0; id < entries; id++) store.set(keyOf(id), entryOf(id))

const times: number[] = []
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) times.push(duration)
})
observer.observe({ type: 'gc' })
const random = createRandom(2)
for (let step = 0; step < steps; step++) {
  const id = Math.floor(random() ** 2 * entries * 2)
  if (store.get(keyOf(id)) === undefined) store.set(keyOf(id), entryOf(id))
  // The observer is called between two turns.
  if (step % 10_000 === 0) await new Promise((resolve) => setImmediate(resolve))
}
times.sort((a, b) => a - b)
const pauses: Pauses = {
  p99: times[Math.ceil(times.length * 0.99) - 1] ?? 0,
  longest: times.at(-1) ?? 0,
  count: times.length,
}
process.send?.(pauses)
process.disconnect()
