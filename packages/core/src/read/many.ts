/** Reads of many keys with a loader: one look-up per tier, one loader call with only what is missing, flights in progress joined. */
import { type CacheKey, type Mark, detach } from '@hotpath/contract'
import type { Found } from '../flights/found.ts'
import { isServable } from '../flights/found.ts'
import { reach } from './call.ts'
import { type ManyCall, type Single, loadMany } from './load-many.ts'
import { forReader, lookUpMany } from './look-up.ts'
import { valuesOf } from './many-result.ts'
import { admit, canServe, mayRefresh } from './read.ts'
import { served } from './report.ts'

const NOTHING: ReadonlyMap<string, Found> = new Map()

/** Answers in the order of the keys. */
export async function getOrSetMany<Value>(
  call: ManyCall<Value>,
  token: Mark | undefined,
): Promise<(Value | undefined)[]> {
  const { engine, keys, judgedBy, refresh, signal } = call
  for (const key of keys) admit(call, key)
  const since = engine.view.changes
  const { begun } = engine.flights
  const after = await reach(engine, token, signal)
  const own = <Any extends Found>(one: Any | undefined, key: string): Any | undefined =>
    (judgedBy === undefined ? one : forReader({ engine, key, judgedBy, after }, one)) as Any | undefined
  const isEnough = (one: Found, key: string): boolean => isServable(own(one, key))
  const mayLook = after !== undefined && !refresh
  const found = mayLook ? await detach(lookUpMany(engine, new Set(keys), after, isEnough), signal) : NOTHING
  const answers = new Map<string, Value | undefined>()
  const wanted: Single<Value>[] = []
  const behind: Single<Value>[] = []
  for (const [index, key] of keys.entries()) {
    if (answers.has(key)) continue
    const previous = own(found.get(key) as Found<Value | undefined> | undefined, key)
    const one = singleCall(call, index, { since, after, previous })
    const isServed = canServe(call, previous)
    if (!isServed) wanted.push(one)
    else {
      served(one, previous)
      if (mayRefresh(engine, key, previous)) behind.push(one)
    }
    // Of one that is loaded it is taken for the moment, so that a repeated key is asked for once.
    answers.set(key, isServed ? previous?.entry.value : undefined)
  }
  const letExit = engine.clock.hold?.()
  try {
    await loadMany(call, { wanted, behind, begun, answers })
  } finally {
    letExit?.()
  }
  return keys.map((key) => answers.get(key))
}

function singleCall<Value>(
  { engine, counters, keys, originals, tags, freshness, judgedBy, onRead, signal, refresh, loader }: ManyCall<Value>,
  index: number,
  { since, after, previous }: Pick<Single<Value>, 'since' | 'after' | 'previous'>,
): Single<Value> {
  const original = originals[index] as CacheKey
  return {
    index,
    engine,
    counters,
    key: keys[index] as string,
    original,
    loader: async (context) => valuesOf<Value>([original], await loader([original], { signal: context.signal }))[0],
    tags,
    freshness,
    judgedBy,
    onRead,
    signal,
    refresh,
    isOneOfMany: true,
    since,
    after,
    previous,
    lookUp: false,
  }
}
