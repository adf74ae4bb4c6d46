import { type Entry, type MaybePromise, type TierStore, ageOf, deadAt, toToken } from '@hotpath/contract'
import type { Inspection } from '../../cache.ts'
import type { Engine } from '../../engine.ts'
import { sizeOf } from '../../memory/size-of.ts'

/** What a read prefers. */
const RANKS: readonly Inspection['state'][] = ['fresh', 'stale', 'stale-if-error', 'dead', 'outdated', 'missing']

/** Whether a read could be answered with it, if only because a loader fails. */
export function isUsable({ state }: Inspection): boolean {
  return state === 'fresh' || state === 'stale' || state === 'stale-if-error'
}

/** Looks into all tiers for what a read would prefer, without counting or promoting anything. */
export async function inspect(engine: Engine, key: string): Promise<Inspection> {
  let best = missing(key)
  const consider = (entry: Entry | undefined, tier: string): void => {
    if (entry === undefined) return
    const found = describe(engine, key, entry, tier)
    if (RANKS.indexOf(found.state) < RANKS.indexOf(best.state)) best = found
  }
  const peek = (store: TierStore): MaybePromise<Entry | undefined> =>
    store.peek === undefined ? store.get(key) : store.peek(key)
  if (engine.memory !== undefined) consider(peek(engine.memory) as Entry | undefined, engine.tiers[0]?.type ?? '')
  for (const guarded of engine.lower) consider(await guarded.run('get', peek), guarded.tier.type)
  return best
}

function describe(engine: Engine, key: string, entry: Entry, tier: string): Inspection {
  const now = engine.timeline.elapsed()
  const judgement = engine.view.judge(key, entry)
  return {
    key,
    state: judgement === 'outdated' ? 'outdated' : ageOf(entry, now, judgement === 'expired'),
    tier,
    ageMs: now - entry.createdAt,
    ttlLeftMs: judgement === 'expired' ? 0 : entry.createdAt + entry.freshMs - now,
    lifeLeftMs: deadAt(entry) - now,
    tags: entry.tags,
    asOf: toToken({ epoch: entry.epoch, position: entry.asOf }),
    bytes: sizeOf(entry.value),
  }
}

function missing(key: string): Inspection {
  return {
    key,
    state: 'missing',
    tier: undefined,
    ageMs: undefined,
    ttlLeftMs: undefined,
    lifeLeftMs: undefined,
    tags: [],
    asOf: undefined,
    bytes: undefined,
  }
}
