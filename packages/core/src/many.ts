/** Reads of many keys: one look-up per tier, one loader call with only what is missing, flights in progress joined. */
import { type CacheKey, LoadError, type Mark, encodeKey, kindOf, parseToken } from '@hotpath/contract'
import type { ManyLoader } from './cache.ts'
import { countFound } from './count.ts'
import { detach } from './detach.ts'
import type { Engine } from './engine.ts'
import { type Found, PRESENT, lookUpMany, viewAfter } from './look-up.ts'
import { type Call, type FindOptions, admit, canServe, loadOrJoin, serve, usable } from './read.ts'
import type { Counters } from './stats.ts'

const NOTHING: ReadonlyMap<string, Found> = new Map()

/** Reads without a loader, in the order of the keys. */
export async function findMany(
  engine: Engine,
  counters: Counters,
  keys: readonly string[],
  options: FindOptions,
): Promise<(Found | undefined)[]> {
  await engine.coherence.beginning()
  const view = options.after === undefined ? PRESENT : await viewAfter(engine, parseToken(options.after))
  const isUsable = usable(options)
  const found = view.current ? await lookUpMany(engine, new Set(keys), view.after, isUsable) : NOTHING
  return keys.map((key) => {
    const one = found.get(key)
    const answer = one !== undefined && isUsable(one) ? one : undefined
    countFound({ engine, counters, key }, answer)
    return answer
  })
}

/** One read of many keys with a loader. */
export interface ManyCall<Value> extends Omit<Call<Value | undefined>, 'key' | 'original' | 'loader'> {
  /** Encoded. */
  readonly keys: readonly string[]
  readonly originals: readonly CacheKey[]
  readonly loader: ManyLoader<Value>
}

/** Answers in the order of the keys. */
export async function getOrSetMany<Value>(
  call: ManyCall<Value>,
  after: Mark | undefined,
): Promise<(Value | undefined)[]> {
  const { engine, keys, originals, refresh } = call
  for (const key of keys) admit({ ...call, key })
  const since = engine.coherence.changes
  const beginning = engine.coherence.beginning()
  if (beginning !== undefined) await detach(beginning, call.signal)
  const view = after === undefined ? PRESENT : await detach(viewAfter(engine, after), call.signal)
  const lookUp = view.current && !refresh
  const found = lookUp ? await detach(lookUpMany(engine, new Set(keys), view.after), call.signal) : NOTHING
  const group = new LoadGroup(call.loader)
  const pause = pauseOf(engine, keys)
  const answers = new Map<string, Promise<Value | undefined>>()
  for (const [index, key] of keys.entries()) {
    if (answers.has(key)) continue
    const original = originals[index] as CacheKey
    const loader = ({ signal }: { readonly signal: AbortSignal }): Promise<Value | undefined> =>
      group.load(original, signal)
    const one: Call<Value | undefined> = { ...call, key, original, loader, isOneOfMany: true, pause: pause?.over }
    const held = found.get(key)
    const previous = held as Found<Value | undefined> | undefined
    answers.set(
      key,
      canServe(call, held)
        ? Promise.resolve(serve(one, held))
        : loadOrJoin(one, { since, view, previous, lookUp: false }),
    )
  }
  void Promise.allSettled(answers.values()).then(pause?.cancel)
  return Promise.all(keys.map((key) => answers.get(key) as Promise<Value | undefined>))
}

/** The longest of the backoffs of some keys, so that those that failed together are loaded together. */
function pauseOf(engine: Engine, keys: readonly string[]): { over: Promise<void>; cancel: () => void } | undefined {
  const now = engine.timeline.elapsed()
  const waitMs = keys.reduce((longest, key) => Math.max(longest, engine.backoff.waitMs(key, now)), 0)
  if (waitMs === 0) return undefined
  let cancel = (): void => {}
  const over = new Promise<void>((resolve) => {
    cancel = engine.clock.after(waitMs, resolve)
  })
  return { over, cancel }
}

interface Wanted<Value> {
  readonly key: CacheKey
  readonly resolve: (value: Value | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Loads that become one call of the loader. */
interface Batch<Value> {
  readonly wanted: Wanted<Value>[]
  readonly controller: AbortController
  /** How many still want their value. */
  alive: number
}

/** Collects the loads of one call; what has to be loaded again later makes a batch of its own. */
class LoadGroup<Value> {
  readonly #loader: ManyLoader<Value>
  #open: Batch<Value> | undefined

  constructor(loader: ManyLoader<Value>) {
    this.#loader = loader
  }

  load(key: CacheKey, signal: AbortSignal): Promise<Value | undefined> {
    const batch = (this.#open ??= this.#begin())
    batch.alive++
    signal.addEventListener('abort', () => {
      batch.alive--
      if (batch.alive === 0) batch.controller.abort(signal.reason)
    })
    return new Promise((resolve, reject) => batch.wanted.push({ key, resolve, reject }))
  }

  #begin(): Batch<Value> {
    // The reads of one call come together before the microtask queue gets here.
    queueMicrotask(() => void this.#run())
    return { wanted: [], controller: new AbortController(), alive: 0 }
  }

  async #run(): Promise<void> {
    const batch = this.#open
    this.#open = undefined
    if (batch === undefined) return
    const { wanted, controller } = batch
    try {
      const keys = wanted.map(({ key }) => key)
      const answer = await this.#loader(keys, { signal: controller.signal })
      const values = answer instanceof Map ? pick(keys, answer) : answer
      if (!isListOf(values, keys.length)) throw wrongResult(keys.length, values)
      for (const [index, one] of wanted.entries()) one.resolve(values[index])
    } catch (error) {
      for (const one of wanted) one.reject(error)
    }
  }
}

/** By what keys mean: a loader may build them anew. */
function pick<Value>(keys: readonly CacheKey[], values: ReadonlyMap<CacheKey, Value>): (Value | undefined)[] {
  const byMeaning = new Map([...values].map(([key, value]) => [encodeKey(key), value]))
  return keys.map((key) => byMeaning.get(encodeKey(key)))
}

function isListOf<Value>(values: unknown, length: number): values is readonly Value[] {
  return Array.isArray(values) && values.length === length
}

function wrongResult(expected: number, answer: unknown): LoadError {
  const what = Array.isArray(answer) ? `${answer.length} values` : kindOf(answer)
  return new LoadError(
    'ERR_LOAD_RESULT',
    `The loader of \`getOrSetMany\` got ${expected} keys and answered ${what}. Answer a list with one value per key in their order (\`undefined\` for none), or a Map by key.`,
  )
}
