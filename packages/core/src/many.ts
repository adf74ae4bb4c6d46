/** Reads of many keys: one look-up per tier, one loader call with only what is missing, flights in progress joined. */
import { type CacheKey, type Entry, type Freshness, LoadError, type Mark, ageOf } from '@hotpath/contract'
import type { ManyLoader } from './cache.ts'
import type { Engine } from './engine.ts'
import { readThrough } from './read.ts'
import type { Counters } from './stats.ts'

/** One read of many keys with a loader. */
export interface ManyCall<Value> {
  readonly engine: Engine
  readonly counters: Counters
  readonly keys: readonly string[]
  readonly originals: readonly CacheKey[]
  readonly loader: ManyLoader<Value>
  readonly tags: readonly string[]
  readonly freshness: Freshness
  readonly after: Mark | undefined
  readonly signal: AbortSignal | undefined
  readonly refresh: boolean
}

export async function getOrSetMany<Value>(call: ManyCall<Value>): Promise<(Value | undefined)[]> {
  const { engine, keys, originals } = call
  call.signal?.throwIfAborted()
  const promoted = !call.refresh && call.after === undefined && engine.memory !== undefined
  if (promoted) await promoteMany(engine, keys)
  const group = new LoadGroup(call.loader)
  const unique = new Map<string, Promise<Value | undefined>>()
  for (const [index, key] of keys.entries()) {
    if (unique.has(key)) continue
    const original = originals[index] as CacheKey
    const loader = ({ signal }: { readonly signal: AbortSignal }): Promise<Value | undefined> =>
      group.load(original, signal)
    unique.set(key, readThrough<Value | undefined>({ ...call, key, original, loader, lookUp: !promoted }))
  }
  return Promise.all(keys.map((key) => unique.get(key) ?? Promise.resolve(undefined)))
}

/** Brings what the lower tiers have into memory, by one read of many per tier. */
async function promoteMany(engine: Engine, keys: readonly string[]): Promise<void> {
  let missing = [...new Set(keys)].filter((key) => engine.memory?.get(key) === undefined)
  for (const guarded of engine.lower) {
    if (missing.length === 0 || engine.memory === undefined) return
    const wanted = missing
    const entries = (await guarded.run('getMany', (store) => store.getMany(wanted))) ?? []
    missing = wanted.filter((key, index) => !promote(engine, key, entries[index], guarded.tier.index))
  }
}

function promote(engine: Engine, key: string, entry: Entry | undefined, tier: number): boolean {
  if (entry === undefined) return false
  const judgement = engine.judge(key, entry)
  if (judgement === 'outdated' || ageOf(entry, engine.timeline.elapsed(), judgement === 'expired') === 'dead')
    return false
  void engine.store(key, entry, tier)
  return true
}

interface Wanted<Value> {
  readonly key: CacheKey
  readonly resolve: (value: Value | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Collects the loads of one call into one; aborted when each of them is. */
class LoadGroup<Value> {
  readonly #loader: ManyLoader<Value>
  readonly #controller = new AbortController()
  #wanted: Wanted<Value>[] = []
  #alive = 0

  constructor(loader: ManyLoader<Value>) {
    this.#loader = loader
  }

  load(key: CacheKey, signal: AbortSignal): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      // The reads of one call come together within one turn of the microtask queue's first round.
      if (this.#wanted.length === 0) queueMicrotask(() => void this.#run())
      this.#wanted.push({ key, resolve, reject })
      this.#alive++
      signal.addEventListener('abort', () => {
        this.#alive--
        if (this.#alive === 0) this.#controller.abort(signal.reason)
      })
    })
  }

  async #run(): Promise<void> {
    const wanted = this.#wanted
    this.#wanted = []
    try {
      const keys = wanted.map(({ key }) => key)
      const answer = await this.#loader(keys, { signal: this.#controller.signal })
      const values =
        answer instanceof Map ? keys.map((key) => answer.get(key)) : [...(answer as Iterable<Value | undefined>)]
      if (values.length !== keys.length) throw wrongLength(keys.length, values.length)
      for (const [index, one] of wanted.entries()) one.resolve(values[index])
    } catch (error) {
      for (const one of wanted) one.reject(error)
    }
  }
}

function wrongLength(expected: number, received: number): LoadError {
  return new LoadError(
    'ERR_LOAD_RESULT',
    `The loader of \`getOrSetMany\` got ${expected} keys and answered ${received} values. Answer one per key in their order (\`undefined\` for none), or a Map by key.`,
  )
}
