import type { Age, Entry, MaybePromise } from '@hotpath/contract'

/** An entry that may be used, in some way at least. */
export interface Found<Value = unknown> {
  readonly entry: Entry<Value>
  readonly age: Exclude<Age, 'dead'>
  readonly tier: number
}

/** One that may be served without asking a loader. */
export interface Servable<Value = unknown> extends Found<Value> {
  readonly age: 'fresh' | 'stale'
}

/** Whether what was found may be served without asking a loader. */
export function isServable<Value>(found: Found<Value> | undefined): found is Servable<Value> {
  return found !== undefined && found.age !== 'stale-if-error'
}

/** Whether what was found is as good as new. */
export function isFresh({ age }: Found): boolean {
  return age === 'fresh'
}

/** One look-up in tiers. */
export interface LookUp<Result> {
  readonly key: string
  /** A soft record up to this position counts as hard. */
  readonly after: number
  isEnough(found: Found): boolean
  /**
   * Makes of it what is wanted, in the same step: there may be thousands of look-ups at once.
   *
   * @param found - The first that is enough for the reader.
   * @param fallback - Where none is, the first that is good for anything.
   */
  done(found: Found | undefined, fallback?: Found): MaybePromise<Result>
}

/** A look-up of many keys. */
export interface LookUpOfMany {
  /** What was found; it is added to. */
  readonly all: Map<string, Found>
  /** The keys that are still looked for. */
  readonly missing: Set<string>
  readonly after: number
  readonly isEnough: (found: Found, key: string) => boolean
}
