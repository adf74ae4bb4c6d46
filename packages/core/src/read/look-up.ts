/** Look-ups in the tiers, judged by the log and by age; what a lower tier has is promoted into the tiers above it. */
import { type Entry, type Mark, type MaybePromise, NEVER_JUDGED, ageOf } from '@hotpath/contract'
import type { Judgement } from '../view/log-view.ts'
import type { Engine } from '../engine.ts'
import { type Found, isServable } from '../flights/found.ts'
import type { ReadPoint } from './call.ts'

/** Catches up with a reader's token. */
export async function pointAfter(engine: Engine, token: Mark): Promise<ReadPoint> {
  const current = await engine.view.catchUp(token)
  // A position that was not reached may be any number.
  return { current, after: current && engine.view.mark()?.epoch === token.epoch ? token.position : 0 }
}

/** Judges what a tier has. */
export function judge<Value>(
  engine: Engine,
  key: string,
  entry: Entry<Value> | undefined,
  tier: number,
  after: number,
): Found<Value> | undefined {
  if (entry === undefined) return undefined
  return found(engine, entry, tier, engine.view.judge(key, entry, after))
}

function found<Value>(
  engine: Engine,
  entry: Entry<Value>,
  tier: number,
  judgement: Judgement,
): Found<Value> | undefined {
  if (judgement === 'outdated') return undefined
  const age = ageOf(entry, engine.timeline.recent(), judgement === 'expired')
  return age === 'dead' ? undefined : { entry, age, tier }
}

/** What memory has. */
export function lookInMemory(engine: Engine, key: string, after = 0): Found | undefined {
  const entry = engine.memory?.get(key) as Entry | undefined
  if (entry === undefined) return undefined
  if (after > 0) return judge(engine, key, entry, 0, after)
  const held = found(engine, entry, 0, engine.judgeHeld(key, entry))
  // Without contact nothing is valid, but may be again.
  if (held === undefined && !engine.view.isOffline()) void engine.memory?.delete([key])
  return held
}

/** A look-up in the lower tiers. */
export interface BelowOptions<Result> {
  readonly engine: Engine
  readonly key: string
  readonly after: number
  readonly isEnough: (found: Found) => boolean
  /**
   * Makes of it what is wanted, in the same step: there may be thousands of look-ups at once.
   *
   * @param found - The first that is enough for the reader.
   * @param fallback - Where none is, the first that is good for anything.
   */
  readonly done: (found: Found | undefined, fallback?: Found) => MaybePromise<Result>
}

/** What the lower tiers have. */
export function lookBelow<Result>(options: BelowOptions<Result>, index = 0, fallback?: Found): MaybePromise<Result> {
  const { engine, key } = options
  const guarded = engine.lower[index]
  if (guarded === undefined) return options.done(undefined, fallback)
  return guarded.get(key, (entry) => {
    const held = judge(engine, key, entry, guarded.tier.index, options.after)
    if (held !== undefined && options.isEnough(held)) return options.done(promote(engine, key, held))
    return lookBelow(options, index + 1, fallback ?? held)
  })
}

/** For who can do with anything. */
export function firstFound(found: Found | undefined, fallback?: Found): Found | undefined {
  return found ?? fallback
}

/** The same for many keys, by one read of many per tier. */
export async function lookUpMany(
  engine: Engine,
  keys: Iterable<string>,
  after = 0,
  isEnough: (found: Found) => boolean = isServable,
): Promise<Map<string, Found>> {
  const all = new Map<string, Found>()
  const missing = new Set<string>()
  for (const key of keys) {
    const held = lookInMemory(engine, key, after)
    if (held !== undefined) all.set(key, held)
    if (held === undefined || !isEnough(held)) missing.add(key)
  }
  for (const guarded of engine.lower) {
    if (missing.size === 0) break
    const wanted = [...missing]
    const entries = await guarded.getMany(wanted)
    for (const [index, key] of wanted.entries()) {
      const held = judge(engine, key, entries[index], guarded.tier.index, after)
      if (held !== undefined && isEnough(held)) {
        all.set(key, promote(engine, key, held))
        missing.delete(key)
      } else if (held !== undefined && !all.has(key)) all.set(key, held)
    }
  }
  return all
}

function promote(engine: Engine, key: string, found: Found): Found {
  // Some tiers answer with the object that they were given, and a mark of memory means nothing outside of it.
  found.entry.judgedAt = NEVER_JUDGED
  // Nothing is above the first tier, and to find that out for every read would be 8 % of the memory that one takes.
  if (found.tier === 0) return found
  void engine.store([[key, /* rule: promote */ found.entry]], found.tier)
  return found
}
