/** Reads without a loader: of one key, and of many by one look-up per tier. */
import type { MaybePromise, Token } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import { closedError } from '../flights/flight.ts'
import { type Found, isFresh, isServable } from '../flights/found.ts'
import { chain } from '../time/chain.ts'
import type { Counters } from '../watch/stats.ts'
import { judgedByOf, markOf, reach } from './call.ts'
import { type Reader, forReader, lookUp, lookUpMany } from './look-up.ts'
import { countFound } from './report.ts'

const NOTHING: ReadonlyMap<string, Found> = new Map()

/** Options of a read without a loader. */
export interface FindOptions {
  readonly after?: Token | undefined
  readonly stale?: boolean | undefined
  readonly judgedBy?: readonly string[] | undefined
}

/**
 * Reads without a loader: fresh values, and stale ones where asked; `done` makes of them what is wanted.
 *
 * @throws TagError, TokenError
 */
export function find<Result>(
  engine: Engine,
  key: string,
  options: FindOptions,
  done: (found: Found | undefined) => Result,
): MaybePromise<Result> {
  const judgedBy = judgedByOf(options)
  return chain(reach(engine, markOf(options.after)), (after) => {
    if (engine.closed) throw closedError()
    if (after === undefined) return done(undefined)
    const reader = { engine, key, after, judgedBy }
    const own = (found: Found | undefined): Found | undefined => usable(options, reader, found)
    const isEnough = (found: Found): boolean => own(found) !== undefined
    return lookUp(engine, { key, after, isEnough, done: (found) => done(own(found)) })
  })
}

/** The same for many keys, in their order, and counted. */
export async function findMany(
  engine: Engine,
  counters: Counters,
  keys: readonly string[],
  options: FindOptions,
): Promise<(Found | undefined)[]> {
  const judgedBy = judgedByOf(options)
  const after = await reach(engine, markOf(options.after))
  const own = (found: Found | undefined, key: string): Found | undefined =>
    usable(options, { engine, key, after, judgedBy }, found)
  const isEnough = (found: Found, key: string): boolean => own(found, key) !== undefined
  const all = after === undefined ? NOTHING : await lookUpMany(engine, new Set(keys), after, isEnough)
  return keys.map((key) => {
    const found = own(all.get(key), key)
    countFound({ engine, counters, key }, found)
    return found
  })
}

/** With what a read without a loader may answer. */
function usable({ stale }: FindOptions, reader: Reader, found: Found | undefined): Found | undefined {
  const judged = forReader(reader, found)
  return judged !== undefined && (stale === true ? isServable(judged) : isFresh(judged)) ? judged : undefined
}
