import type { Age, Entry } from '@hotpath/contract'

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
