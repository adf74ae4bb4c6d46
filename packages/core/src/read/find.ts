/** Reads without a loader. */
import { type MaybePromise, type Token, parseToken } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import { closedError } from '../flights/flight.ts'
import { type Found, isFresh, isServable } from '../flights/found.ts'
import { type BelowOptions, lookBelow, lookInMemory, pointAfter } from './look-up.ts'

/** Options of a read without a loader. */
export interface FindOptions {
  readonly after?: Token | undefined
  readonly stale?: boolean | undefined
}

/** Reads without a loader: fresh values, and stale ones where asked; `done` makes of them what is wanted. */
export function find<Result>(
  engine: Engine,
  key: string,
  options: FindOptions,
  done: (found: Found | undefined) => Result,
): MaybePromise<Result> {
  const beginning = engine.view.beginning()
  if (beginning !== undefined) return beginning.then(() => findNow(engine, key, options, done))
  return findNow(engine, key, options, done)
}

function findNow<Result>(
  engine: Engine,
  key: string,
  options: FindOptions,
  done: (found: Found | undefined) => Result,
): MaybePromise<Result> {
  if (engine.closed) throw closedError()
  const isEnough = usable(options)
  if (options.after === undefined) return findAfter({ engine, key, after: 0, isEnough, done })
  return pointAfter(engine, parseToken(options.after)).then(({ current, after }) =>
    current ? findAfter({ engine, key, after, isEnough, done }) : done(undefined),
  )
}

function findAfter<Result>(look: BelowOptions<Result>): MaybePromise<Result> {
  const held = lookInMemory(look.engine, look.key, look.after)
  return held !== undefined && look.isEnough(held) ? look.done(held) : lookBelow(look)
}

/** With what a read without a loader may answer. */
export function usable({ stale }: FindOptions): (found: Found) => boolean {
  return stale === true ? isServable : isFresh
}
