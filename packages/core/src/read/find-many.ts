/** Reads of many keys without a loader, by one look-up per tier. */
import type { Engine } from '../engine.ts'
import type { Found } from '../flights/found.ts'
import type { Counters } from '../watch/stats.ts'
import { reach } from './call.ts'
import { countFound } from './count.ts'
import { type FindOptions, markOf, usable } from './find.ts'
import { forReader } from './judged-by.ts'
import { lookUpMany } from './look-up.ts'

const NOTHING: ReadonlyMap<string, Found> = new Map()

/** Reads without a loader, in the order of the keys. */
export async function findMany(
  engine: Engine,
  counters: Counters,
  keys: readonly string[],
  options: FindOptions,
): Promise<(Found | undefined)[]> {
  const after = await reach(engine, markOf(options.after))
  const isUsable = usable(options)
  const own = (one: Found | undefined, key: string): Found | undefined => {
    const judged = forReader({ engine, key, after, judgedBy: options.judgedBy }, one)
    return judged !== undefined && isUsable(judged) ? judged : undefined
  }
  const isEnough = (one: Found, key: string): boolean => own(one, key) !== undefined
  const found = after === undefined ? NOTHING : await lookUpMany(engine, new Set(keys), after, isEnough)
  return keys.map((key) => {
    const answer = own(found.get(key), key)
    countFound({ engine, counters, key }, answer)
    return answer
  })
}
