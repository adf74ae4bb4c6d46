/** What the policies of `@hotpath/request` cost, beside dataloader and beside what they are made of. */
import { deferred } from '@hotpath/testkit'
import { batch, circuitBreaker, compose, dedupe, hedge, limit, retry, throttle, timeout } from '@hotpath/request'
import {
  bulkhead,
  circuitBreaker as cockatielBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry as cockatielRetry,
  timeout as cockatielTimeout,
  TimeoutStrategy,
} from 'cockatiel'
import DataLoader from 'dataloader'
import PQueue from 'p-queue'
import pRetry from 'p-retry'
import pThrottle from 'p-throttle'
import { type Contestant, keyOf, measure, type Measurement } from './harness.ts'
import { goal } from './rounds.ts'

const LOADS = 10_000
const DUPLICATES = 0.1

interface Row {
  readonly id: string
}

/**
 * Runs the benchmark and prints its tables. What is measured is made once, as in an app: V8 throws away what it has
 * optimized for something that is gone by the next round, and most of the time would be that of code that is not optimized.
 */
export async function request(quick: boolean): Promise<void> {
  const rounds = quick ? 15 : 51
  await batches(rounds)
  await joined(rounds)
  await wrappers(rounds, quick ? 20_000 : 100_000)
  await peers(rounds, quick ? 2_000 : 10_000)
}

/** As many loads as there are keys, of which every tenth was asked for before. */
function keysWithDuplicates(): string[] {
  const distinct = LOADS * (1 - DUPLICATES)
  return Array.from({ length: LOADS }, (_, index) => keyOf(index < distinct ? index : index - distinct)).toSorted(
    // Spread, and the same on every run: ordered by a product that scatters.
    (a, b) => scattered(a) - scattered(b),
  )
}

function scattered(key: string): number {
  return ((Number(key.slice(5)) * 48_271) % 2_147_483_647) % 9_973
}

async function batches(rounds: number): Promise<void> {
  const rowsOf = async (keys: readonly string[]): Promise<Row[]> => keys.map((id) => ({ id }))
  // Made once, as in an app; what dataloader keeps is cleared before each round.
  const ours = (maxBatch: number): Contestant['run'] => {
    const { load } = batch(rowsOf, { maxBatch, concurrency: Infinity })
    return (keys) => Promise.all(keys.map((key) => load(key)))
  }
  const theirs = (maxBatchSize: number): Contestant['run'] => {
    const loader = new DataLoader<string, Row>(rowsOf, { maxBatchSize })
    return (keys) => {
      loader.clearAll()
      return Promise.all(keys.map((key) => loader.load(key)))
    }
  }
  const results = await measure(
    [
      { name: 'hotpath batch, 100 keys each', run: ours(100) },
      { name: 'dataloader, 100 keys each', run: theirs(100) },
      { name: 'hotpath batch, all keys', run: ours(LOADS) },
      { name: 'dataloader, all keys', run: theirs(LOADS) },
    ],
    keysWithDuplicates(),
    rounds,
  )
  print(`${LOADS.toLocaleString('en')} loads at once, 10 % of them duplicates; per load`, results)
  for (const size of ['100 keys each', 'all keys']) {
    const [hotpath, dataloader] = [of(results, `hotpath batch, ${size}`), of(results, `dataloader, ${size}`)]
    goal(`${size}: time, × dataloader's`, hotpath.ns / dataloader.ns, { atMost: 1 })
    goal(`${size}: bytes, × dataloader's`, hotpath.bytes / dataloader.bytes, { atMost: 1 })
  }
}

/** Calls that join one in progress, beside calls that are handed its promise. */
async function joined(rounds: number): Promise<void> {
  const keys = Array.from({ length: LOADS }, () => keyOf(1))
  const sharing = (
    name: string,
    wrap: (load: (key: string) => Promise<string>) => (key: string) => unknown,
  ): Contestant => {
    let landing = deferred<string>()
    const load = wrap(() => landing.promise)
    const run = async (keys: readonly string[]): Promise<number> => {
      landing = deferred()
      void load(keyOf(1))
      const calls = keys.map((key) => load(key))
      landing.resolve('done')
      return (await Promise.all(calls)).length
    }
    return { name, run }
  }
  const results = await measure(
    [
      sharing('floor: a plain promise', (load) => load),
      sharing('dedupe, joined', (load) => dedupe(load, { key: (key) => key })),
      sharing('dedupe, joined, key of all arguments', (load) => dedupe(load)),
    ],
    keys,
    rounds,
  )
  print('A call that joins one in progress', results)
  const over = of(results, 'dedupe, joined').ns - of(results, 'floor: a plain promise').ns
  goal('dedupe, joined: ns over a plain promise', over, { atMost: 300 })
}

async function load(key: string): Promise<string> {
  return key
}

/** Calls one after the other. */
function each(name: string, fn: (key: string) => Promise<unknown>): Contestant {
  return {
    name,
    run: async (keys) => {
      let seen: unknown
      for (const key of keys) seen = await fn(key)
      return seen
    },
  }
}

/** Calls that succeed, one after the other. */
async function wrappers(rounds: number, calls: number): Promise<void> {
  const results = await measure(
    [
      each('floor: an async wrapper', async (...args) => await load(...args)),
      each('retry', retry(load)),
      each('timeout', timeout(load, '30s')),
      each('timeout and retry', compose(load, timeout('30s'), retry())),
      each('dedupe', dedupe(load)),
      each('limit', limit(load, { concurrency: 10 })),
      each('circuitBreaker', circuitBreaker(load)),
      each('hedge', hedge(load)),
    ],
    Array.from({ length: calls }, (_, index) => keyOf(index % 1_000)),
    rounds,
  )
  const floor = of(results, 'floor: an async wrapper')
  print('A call that succeeds', results, floor)
  for (const name of ['retry', 'timeout']) goal(`${name}, × floor`, of(results, name).ns / floor.ns, { atMost: 2 })
}

/** The same beside libraries that do one of these things. */
async function peers(rounds: number, calls: number): Promise<void> {
  const often = { limit: Number.MAX_SAFE_INTEGER, interval: 1_000 }
  const queue = new PQueue({ concurrency: 10 })
  const retries = cockatielRetry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() })
  const limited = cockatielTimeout(30_000, TimeoutStrategy.Cooperative)
  const places = bulkhead(10, 10_000)
  const circuit = cockatielBreaker(handleAll, { halfOpenAfter: 5_000, breaker: new ConsecutiveBreaker(10) })
  const results = await measure(
    [
      each('hotpath retry', retry(load)),
      each('p-retry', (key) => pRetry(() => load(key), { retries: 2 })),
      each('cockatiel retry', (key) => retries.execute(() => load(key))),
      each('hotpath limit', limit(load, { concurrency: 10 })),
      each('p-queue', (key) => queue.add(() => load(key))),
      each('cockatiel bulkhead', (key) => places.execute(() => load(key))),
      each('hotpath throttle', throttle(load, { limit: 1_000_000, interval: '1s' })),
      each('p-throttle', pThrottle(often)(load)),
      each('hotpath timeout', timeout(load, '30s')),
      each('cockatiel timeout', (key) => limited.execute(() => load(key))),
      each('hotpath circuitBreaker', circuitBreaker(load)),
      each('cockatiel circuitBreaker', (key) => circuit.execute(() => load(key))),
    ],
    Array.from({ length: calls }, (_, index) => keyOf(index % 1_000)),
    rounds,
  )
  print('The same, beside libraries for one of these each', results)
}

function of(results: readonly Measurement[], name: string): Measurement {
  return results.find((result) => result.name === name) as Measurement
}

function print(title: string, results: readonly Measurement[], floor?: Measurement): void {
  console.log(`\n${title}\n\n| | ns | min..max | bytes |${floor ? ' × floor |' : ''}`)
  console.log(`| --- | --: | --: | --: |${floor ? ' --: |' : ''}`)
  for (const { name, ns, minNs, maxNs, bytes } of results) {
    const ratio = floor === undefined ? '' : ` ${(ns / floor.ns).toFixed(2)} |`
    console.log(
      `| ${name} | ${ns.toFixed(0)} | ${minNs.toFixed(0)}..${maxNs.toFixed(0)} | ${bytes.toFixed(0)} |${ratio}`,
    )
  }
  console.log('')
}
