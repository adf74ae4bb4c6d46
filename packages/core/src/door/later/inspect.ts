/** What is known of a key. Loaded when it is called for, so it imports nothing but types. */
import type { Entry, MaybePromise, TierStore, toToken } from '@hotpath/contract'
import type { Inspection } from '../../watch/inspection.ts'
import type { Engine } from '../../engine.ts'
import type { asStored } from '../../memory/memory-store.ts'
import type { sizeOf } from '../../memory/size-of.ts'

/** What it is done with: what the engine has loaded anyway. */
export interface InspectTools {
  readonly toToken: typeof toToken
  readonly sizeOf: typeof sizeOf
  readonly asStored: typeof asStored
}

/** What a read prefers. */
const RANKS: readonly Inspection['state'][] = ['fresh', 'stale', 'stale-if-error', 'dead', 'outdated', 'missing']

/** Looks into all tiers for what a read would prefer, without counting or promoting anything. */
export async function inspect(engine: Engine, key: string, tools: InspectTools): Promise<Inspection> {
  let best = missing(key)
  const consider = (entry: Entry | undefined, tier: string): void => {
    if (entry === undefined) return
    const found = describe(engine, key, { entry, tier, ...tools })
    if (RANKS.indexOf(found.state) < RANKS.indexOf(best.state)) best = found
  }
  const peek = (store: TierStore): MaybePromise<Entry | undefined> =>
    store.peek === undefined ? store.get(key) : store.peek(key)
  if (engine.memory !== undefined) consider(peek(engine.memory) as Entry | undefined, engine.tiers[0]?.type ?? '')
  for (const guarded of engine.shared?.lower ?? []) consider(await guarded.run('get', peek), guarded.tier.type)
  return best
}

interface Described extends InspectTools {
  readonly entry: Entry
  readonly tier: string
}

function describe(engine: Engine, key: string, { entry, tier, toToken, sizeOf, asStored }: Described): Inspection {
  const now = engine.elapsed()
  const { createdAt, freshMs, staleMs, errorMs } = asStored(engine.memory, entry)
  const judgement = engine.view.judge(key, entry)
  return {
    key,
    state: judgement === 'outdated' ? 'outdated' : (engine.found(entry, 0, judgement)?.age ?? 'dead'),
    tier,
    ageMs: now - createdAt,
    ttlLeftMs: judgement === 'expired' ? 0 : createdAt + freshMs - now,
    lifeLeftMs: createdAt + freshMs + staleMs + errorMs - now,
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
