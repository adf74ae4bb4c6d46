/** Look-ups: in memory, and where that is not enough, below it. What is found is judged by the log and by age. */
import type { Entry, MaybePromise } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import type { Found } from '../flights/found.ts'
import type { LookUp } from '../flights/found.ts'

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
