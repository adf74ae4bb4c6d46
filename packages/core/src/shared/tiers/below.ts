/** Look-ups in the tiers below memory. What is found there is judged, and promoted into the tiers above it. */
import { type Entry, type MaybePromise, NEVER_JUDGED } from '@hotpath/contract'
import type { Found, LookUp, LookUpOfMany } from '../../flights/found.ts'
import type { GuardedTier } from './lower-tiers.ts'

/** What looking below takes of the engine. */
export interface BelowHost {
  /** What a tier has, as far as it may be used. */
  judge(key: string, entry: Entry | undefined, tier: number, after: number): Found | undefined
  /** Stores in the tiers above one. */
  store(entries: readonly (readonly [key: string, entry: Entry])[], upTo: number): unknown
}

/** The tiers below memory, as reads see them. */
export class Below {
  readonly #engine: BelowHost
  readonly #lower: readonly GuardedTier[]

  constructor(engine: BelowHost, lower: readonly GuardedTier[]) {
    this.#engine = engine
    this.#lower = lower
  }

  lookUp<Result>(look: LookUp<Result>, index = 0, fallback?: Found): MaybePromise<Result> {
    const guarded = this.#lower[index]
    if (guarded === undefined) return look.done(undefined, fallback)
    const { answers, index: at } = guarded.get(look.key)
    return answers.then((entries) => {
      const held = this.#engine.judge(look.key, entries?.[at], guarded.tier.index, look.after)
      if (held !== undefined && look.isEnough(held)) return look.done(this.#promote(look.key, held))
      return this.lookUp(look, index + 1, fallback ?? held)
    })
  }

  /** By one read of many per tier. */
  async lookUpMany({ all, missing, after, isEnough }: LookUpOfMany): Promise<void> {
    for (const guarded of this.#lower) {
      if (missing.size === 0) break
      const wanted = [...missing]
      const entries = await guarded.getMany(wanted)
      for (const [index, key] of wanted.entries()) {
        const held = this.#engine.judge(key, entries[index], guarded.tier.index, after)
        if (held !== undefined && isEnough(held, key)) {
          all.set(key, this.#promote(key, held))
          missing.delete(key)
        } else if (held !== undefined && !all.has(key)) all.set(key, held)
      }
    }
  }

  #promote(key: string, found: Found): Found {
    // Some tiers answer with the object that they were given, and a mark of memory means nothing outside of it.
    found.entry.judgedAt = NEVER_JUDGED
    // Nothing is above the first tier, and to find that out for every read would be 8 % of the memory that one takes.
    if (found.tier === 0) return found
    const engine = this.#engine
    void engine.store([[key, /* rule: promote */ found.entry]], found.tier)
    return found
  }
}
