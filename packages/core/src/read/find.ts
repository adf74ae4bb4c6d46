/** Reads without a loader. */
import { type MaybePromise, type Token, parseToken } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import { closedError } from '../flights/flight.ts'
import { type Found, isFresh, isServable } from '../flights/found.ts'
import { chain } from '../time/chain.ts'
import { reach } from './call.ts'
import { forReader } from './judged-by.ts'
import { lookUp } from './look-up.ts'

/** Options of a read without a loader. */
export interface FindOptions {
  readonly after?: Token | undefined
  readonly stale?: boolean | undefined
  readonly judgedBy?: readonly string[] | undefined
}

/** Reads without a loader: fresh values, and stale ones where asked; `done` makes of them what is wanted. */
export function find<Result>(
  engine: Engine,
  key: string,
  options: FindOptions,
  done: (found: Found | undefined) => Result,
): MaybePromise<Result> {
  return chain(reach(engine, markOf(options.after)), (after) => {
    if (engine.closed) throw closedError()
    if (after === undefined) return done(undefined)
    const reader = { engine, key, after, judgedBy: options.judgedBy }
    const isUsable = usable(options)
    const own = (found: Found | undefined): Found | undefined => {
      const judged = forReader(reader, found)
      return judged !== undefined && isUsable(judged) ? judged : undefined
    }
    const isEnough = (found: Found): boolean => own(found) !== undefined
    return lookUp(engine, { key, after, isEnough, done: (found) => done(own(found)) })
  })
}

/** With what a read without a loader may answer. */
export function usable({ stale }: FindOptions): (found: Found) => boolean {
  return stale === true ? isServable : isFresh
}

/** @throws TokenError */
export function markOf(token: Token | undefined, option?: string): ReturnType<typeof parseToken> | undefined {
  return token === undefined ? undefined : parseToken(token, option)
}
