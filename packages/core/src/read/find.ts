/** Reads without a loader: of one key, and of many by one look-up per tier. */
import type { MaybePromise, Token } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import { closedError } from '../flights/flight.ts'
import { type Found, type LookUp, isFresh, isServable } from '../flights/found.ts'
import { isPromise } from '../time/chain.ts'
import type { Counters } from '../watch/stats.ts'
import { judgedByOf, markOf, reach } from './call.ts'
import { type Reader, forReader, lookUp, lookUpMany } from './look-up.ts'
import { type Read, countFound } from './report.ts'

const NOTHING: ReadonlyMap<string, Found> = new Map()

/** Options of a read without a loader. */
export interface FindOptions {
  readonly after?: Token | undefined
  readonly stale?: boolean | undefined
  readonly judgedBy?: readonly string[] | undefined
}

/** A read of one key without a loader. */
export interface FindRequest<Result> extends Read {
  readonly options: FindOptions
  /** Makes of what was found what is wanted. */
  readonly use: (found: Found | undefined, read: Read) => Result
}

/**
 * Reads without a loader: fresh values, and stale ones where asked.
 *
 * @throws TagError, TokenError
 */
export function find<Result>(request: FindRequest<Result>): MaybePromise<Result> {
  const finding = new Finding(request)
  const after = reach(request.engine, markOf(request.options.after))
  return isPromise(after) ? finding.whenReached(after) : finding.from(after)
}

/** One read on its way. There may be thousands at once, so that it is one object, and has no closures. */
class Finding<Result> implements LookUp<Result>, Read {
  readonly engine: Engine
  readonly counters: Counters
  readonly key: string
  readonly judgedBy: Reader['judgedBy']
  readonly stale: boolean | undefined
  readonly use: FindRequest<Result>['use']
  after = 0

  constructor({ engine, counters, key, options, use }: FindRequest<Result>) {
    this.engine = engine
    this.counters = counters
    this.key = key
    this.judgedBy = judgedByOf(options)
    this.stale = options.stale
    this.use = use
  }

  whenReached(after: Promise<number | undefined>): Promise<Result> {
    return after.then((at) => this.from(at))
  }

  from(after: number | undefined): MaybePromise<Result> {
    if (this.engine.closed) throw closedError()
    if (after === undefined) return this.done()
    this.after = after
    return lookUp(this.engine, this)
  }

  isEnough(found: Found): boolean {
    return usable(this, this, found) !== undefined
  }

  done(found?: Found): Result {
    return this.use(usable(this, this, found), this)
  }
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
function usable({ stale }: Pick<FindOptions, 'stale'>, reader: Reader, found: Found | undefined): Found | undefined {
  const judged = forReader(reader, found)
  return judged !== undefined && (stale === true ? isServable(judged) : isFresh(judged)) ? judged : undefined
}
