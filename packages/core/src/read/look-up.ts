/**
 * Look-ups: in memory, and where that is not enough, below it. What is found is judged by the log and by age, and by the
 * further tags that a reader names.
 */
import type { Entry, MaybePromise } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import type { Flight } from '../flights/flight.ts'
import type { Found, LookUp } from '../flights/found.ts'
import { loadedAt } from '../view/log-view.ts'
import type { Call } from './call.ts'

/** What memory has. */
export function lookInMemory(engine: Engine, key: string, after: number): Found | undefined {
  const entry = engine.memory?.get(key) as Entry | undefined
  if (entry === undefined) return undefined
  if (after > 0) return engine.judge(key, entry, 0, after)
  const held = engine.found(entry, 0, engine.judgeHeld(key, entry))
  // Without contact nothing is valid, but may be again.
  if (held === undefined && !engine.view.isOffline()) void engine.memory?.delete([key])
  return held
}

/** What the tiers have. */
export function lookUp<Result>(engine: Engine, look: LookUp<Result>): MaybePromise<Result> {
  const held = lookInMemory(engine, look.key, look.after)
  if (held !== undefined && look.isEnough(held)) return look.done(held)
  const below = engine.shared?.below
  return below === undefined ? look.done(undefined, held) : below.lookUp(look)
}

/** The same for many keys, by one read of many per tier. */
export async function lookUpMany(
  engine: Engine,
  keys: Iterable<string>,
  after: number,
  isEnough: (found: Found, key: string) => boolean,
): Promise<Map<string, Found>> {
  const all = new Map<string, Found>()
  const missing = new Set<string>()
  for (const key of keys) {
    const held = lookInMemory(engine, key, after)
    if (held !== undefined) all.set(key, held)
    if (held === undefined || !isEnough(held, key)) missing.add(key)
  }
  if (missing.size > 0) await engine.shared?.below?.lookUpMany({ all, missing, after, isEnough })
  return all
}

/** Whose read it is, and what it is judged by. */
export type Reader = Pick<Call<never>, 'engine' | 'key' | 'judgedBy'> & {
  /** A soft record up to this position counts as hard. */
  readonly after: number | undefined
}

/** What a reader may use of what was found; found already, it is judged again only where there are further tags. */
export function forReader<Value>(reader: Reader, found: Found<Value> | undefined): Found<Value> | undefined {
  return reader.judgedBy === undefined ? found : judgedAgain(reader, found)
}

/** What a reader may still use of what was found before. */
export function judgedAgain<Value>(
  { engine, key, judgedBy = [], after }: Reader,
  found: Found<Value> | undefined,
): Found<Value> | undefined {
  if (found === undefined) return undefined
  const { entry, tier } = found
  const { tags, epoch, asOf } = entry
  const subject = { tags: judgedBy.length === 0 ? tags : [...tags, ...judgedBy], epoch, asOf }
  return engine.found(entry, tier, engine.view.judge(key, subject, after))
}

/** Whether a flight began before a record of the further tags: then it is not for this reader. */
export function isBehind(
  { engine, key, judgedBy }: Omit<Reader, 'after'>,
  { mark }: Pick<Flight<never>, 'mark'>,
): boolean {
  if (judgedBy === undefined || mark === undefined) return false
  return engine.view.judge(key, loadedAt(mark, judgedBy)) !== 'valid'
}
