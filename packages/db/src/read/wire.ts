/**
 * What the adapters of ORMs ask of the optimizer besides rows: the result as it came over the wire, which they read by
 * their own parsers. It travels with the options of a call, under a symbol that is the same in all copies of the package.
 */
import type { RunOptions, WireResult } from '../driver/driver.ts'
import type { QueryOptions, QueryResult, Row } from '../query-optimizer.ts'
import { type StoredResult, wireOf } from './stored.ts'

/** How an adapter has a statement run. */
export interface WireForm {
  /** What rows are made of it, by the parsers of the driver; `none` for an adapter that makes its own. */
  readonly rows: 'objects' | 'arrays' | 'none'
  /**
   * How the driver runs it, where not as usual. What was run in another way has another key, by the name: of two names
   * none begins with the other one.
   */
  readonly run?: { readonly name: string; readonly how: RunOptions } | undefined
  /**
   * Loads the result with those of other calls; `undefined`: the statement is to be run. Asked where there is no session
   * alone. The signal is that of the load, which several callers may wait for.
   */
  readonly loadWithOthers?: ((signal: AbortSignal) => Promise<LoadedWithOthers | undefined>) | undefined
  /** Whether it is run for no session, whatever the optimizer was made with. */
  readonly isSessionless?: boolean | undefined
}

/** A part of what one statement returned for several calls. */
export interface LoadedWithOthers {
  readonly result: WireResult
  /** Whether it may be kept: its connection was like all others. */
  readonly mayKeep: boolean
  /** How long the database took for all of them. */
  readonly ranMs: number
}

/** Where options have it. */
export const WIRE: unique symbol = Symbol.for('@hotpath/db/wire')

/** Options of a call of an adapter. */
export interface WireOptions extends QueryOptions {
  readonly [WIRE]?: WireForm
}

/** What such a call resolves to. */
export interface WireQueryResult<Of = Row> extends QueryResult<Of> {
  /** Never changed by anybody. */
  readonly wire: WireResult
  /** Of a statement that was run past the cache: what `LoadedWithOthers` says. */
  readonly ran?: Omit<LoadedWithOthers, 'result'> | undefined
}

/** How the result is asked for. */
export function wireFormOf(options: WireOptions): WireForm | undefined {
  return options[WIRE]
}

/** Adds the wire to a result, where the call asks for it. */
export function withWire(
  result: QueryResult,
  options: WireOptions,
  wire: WireResult | StoredResult,
  ran?: WireQueryResult['ran'],
): QueryResult {
  if (options[WIRE] === undefined) return result
  const { rows, stats } = result
  const both: WireQueryResult = { rows, stats, wire: 'c' in wire ? wireOf(wire) : wire, ran }
  return both
}
