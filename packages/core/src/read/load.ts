/** One flight from take-off to landing: lower tiers, backoff, loader, store. Decisions about callers are in `read.ts`. */
import {
  type CacheKey,
  type CodecError,
  type Entry,
  type Freshness,
  LoadError,
  type MaybePromise,
  createEntry,
  resolveFreshness,
  displayKey,
  timeLimit,
  validateTags,
} from '@hotpath/contract'
import { isPromise } from '../time/chain.ts'
import type { Engine } from '../engine.ts'
import { type Found, isServable } from '../flights/found.ts'
import type { Flight, Outcome } from '../flights/flight.ts'
import { type LoadDecisions, LoadScope, type Loader, NOT_MODIFIED } from './loader.ts'
import { firstFound, lookBelow } from './look-up.ts'
import type { Counters } from '../watch/stats.ts'

/** What a flight is to do. */
export interface LoadRequest<Value> {
  readonly key: CacheKey
  readonly loader: Loader<Value>
  readonly tags: readonly string[]
  readonly freshness: Freshness
  readonly counters: Counters
  /** What memory has: stale, or good only if the loader fails. */
  readonly previous: Found<Value> | undefined
  /** Look into the lower tiers first. */
  readonly lookUp: boolean
  /** Position of the caller's token: a soft record up to it counts as hard. */
  readonly after: number
  /** Serve what is at hand while the key is in its backoff. */
  readonly mayFallBack: boolean
  /** Take turns with other processes. */
  readonly inTurn: boolean
}

/** Flies. Never rejects. */
export async function fly<Value>(engine: Engine, flight: Flight<Value>, request: LoadRequest<Value>): Promise<void> {
  let { previous } = request
  const below = { engine, key: flight.key, after: request.after, isEnough: isServable, done: firstFound }
  const look = () => lookBelow(below) as MaybePromise<Found<Value> | undefined>
  try {
    if (request.lookUp && engine.lower.length > 0) {
      const found = await flight.guard(Promise.resolve(look()))
      if (isServable(found)) return flight.settle({ type: 'found', found })
      previous ??= found
      flight.fallback = previous
    }
    const waitMs = engine.backoff.waitMs(flight.key, engine.timeline.elapsed())
    if (waitMs > 0) {
      if (previous !== undefined && request.mayFallBack) return flight.settle({ type: 'backoff', fallback: previous })
      await pause(engine, flight, waitMs)
    }
    if (!request.inTurn || engine.takeTurn === undefined)
      return flight.settle(await load(engine, flight, request, previous))
    const turn = await engine.takeTurn(flight, look)
    if (turn.type === 'found') return flight.settle(turn)
    flight.settle(await load(engine, flight, request, previous))
    await engine.track(turn.end())
  } catch (error) {
    flight.settle({ type: 'failed', error, fallback: previous })
  }
}

async function pause<Value>({ clock }: Engine, flight: Flight<Value>, waitMs: number): Promise<void> {
  let cancel = (): void => {}
  const over = new Promise<void>((resolve) => {
    cancel = clock.after(waitMs, resolve)
  })
  await flight.guard(over).finally(cancel)
}

async function load<Value>(
  engine: Engine,
  flight: Flight<Value>,
  request: LoadRequest<Value>,
  previous: Found<Value> | undefined,
): Promise<Outcome<Value>> {
  const { counters, freshness } = request
  const startedAt = engine.timeline.elapsed()
  const started = engine.clock.monotonic()
  const scope = new LoadScope<Value>({
    key: request.key,
    tags: request.tags,
    previous: previous && {
      value: previous.entry.value,
      ageMs: startedAt - previous.entry.createdAt,
      tags: previous.entry.tags,
    },
    signal: () => flight.signal,
    tagged: (tags) => {
      flight.tags = tags
    },
  })
  const cancelTimeout = timeLimit(engine.clock, freshness.hardTimeoutMs, () =>
    flight.abort(tooSlow(flight.key, freshness)),
  )
  try {
    const answer = request.loader(scope.context)
    const result = isPromise(answer) ? await flight.guard(answer) : answer
    const loadMs = engine.clock.monotonic() - started
    if (engine.valueCheck?.loading !== undefined) await engine.valueCheck.loading
    const kept = result === NOT_MODIFIED ? previous?.entry : undefined
    const { decisions } = scope
    const loaded =
      kept === undefined
        ? { value: result, loadMs, decisions }
        : { value: kept.value, loadMs, decisions: { ...decisions, tags: allTags(decisions.tags, kept.tags) } }
    const outcome = land(engine, flight, request, loaded)
    counters.loads++
    counters.loadTimes.record(loadMs)
    engine.backoff.succeeded(flight.key)
    return outcome
  } catch (error) {
    countFailure(engine, flight, request, { error, loadMs: engine.clock.monotonic() - started })
    return { type: 'failed', error, fallback: previous }
  } finally {
    cancelTimeout()
  }
}

/** Counts a load that failed, unless everybody had left it, and keeps the next one from beginning at once. */
export function countFailure(
  engine: Engine,
  flight: Pick<Flight, 'key' | 'deserted'>,
  { counters, freshness }: Pick<LoadRequest<unknown>, 'counters' | 'freshness'>,
  { error, loadMs }: { readonly error: unknown; readonly loadMs: number },
): void {
  if (flight.deserted) return
  counters.loadFailures++
  counters.loadTimes.record(loadMs)
  engine.backoff.failed(flight.key, engine.timeline.elapsed() + freshness.backoffMs)
  if (engine.events.wants('load-error')) engine.events.emit({ type: 'load-error', key: flight.key, error })
}

/** A loader that looked at nothing but a version cannot know the tags, and what it keeps still depends on them. */
function allTags(declared: readonly string[], kept: readonly string[]): readonly string[] {
  return validateTags([...declared, ...kept], 'tags and those of the value that was kept')
}

/** What came back from a loader. */
export interface Loaded<Value> {
  readonly value: Value
  readonly loadMs: number
  readonly decisions: LoadDecisions
}

/** Judges a loaded value, stores it if it may be, and tells how the flight ended. */
function land<Value>(
  engine: Engine,
  flight: Flight<Value>,
  request: Pick<LoadRequest<Value>, 'freshness'>,
  loaded: Loaded<Value>,
): Outcome<Value> {
  const { outcome, entry } = judgeLoaded(engine, flight, request, loaded)
  const { key } = flight
  if (entry !== undefined) flight.stored = engine.store([[key, entry]])
  if (engine.events.wants('load'))
    engine.events.emit({ type: 'load', key, durationMs: loaded.loadMs, stored: entry !== undefined })
  return outcome
}

/** Judges a loaded value: how its flight ends, and what is to be stored, if it may be. */
export function judgeLoaded<Value>(
  engine: Engine,
  flight: Flight<Value>,
  request: Pick<LoadRequest<Value>, 'freshness'>,
  { value, loadMs, decisions }: Loaded<Value>,
): { readonly outcome: Outcome<Value>; readonly entry: Entry | undefined } {
  const { mark, key } = /* rule: mark-before-load */ flight
  const { tags, lifetime, skipped } = /* rule: tags-of-loader */ decisions
  const freshness = lifetime === undefined ? request.freshness : resolveFreshness(request.freshness, lifetime)
  const judgement =
    mark === undefined || /* rule: same-generation */ flight.generation !== engine.view.generation
      ? 'outdated'
      : engine.view.judge(key, { tags, epoch: mark.epoch, asOf: mark.position })
  const outcome = { type: 'value', value, raced: judgement !== 'valid' } as const
  const windows = windowsOf(value, freshness, engine.random)
  const mayStore = !skipped && value !== undefined && windows.freshMs > 0
  if (judgement === 'outdated' && mayStore && engine.view.isBlind()) engine.notStored(key)
  const isGood = judgement !== 'outdated' && mayStore && mark !== undefined
  if (!isGood || !isStorable(engine, key, value) || !flight.claim()) return { outcome, entry: undefined }
  const aheadMs = loadMs * freshness.refreshAhead
  const createdAt = engine.timeline.elapsed()
  const entry = createEntry({ value, tags, createdAt, ...windows, epoch: mark.epoch, asOf: mark.position, aheadMs })
  return { outcome, entry }
}

/** Whether a loaded value may be stored; it is returned all the same. */
function isStorable(engine: Engine, key: string, value: unknown): boolean {
  if (engine.valueCheck === undefined) return true
  try {
    engine.valueCheck.run(key, value)
    return true
  } catch (error) {
    engine.fault(error as CodecError)
    return false
  }
}

/** The windows of one value: a shorter life for `null` where asked, jitter taken off. */
export function windowsOf(
  value: unknown,
  freshness: Freshness,
  random: () => number,
): Pick<Entry, 'freshMs' | 'staleMs' | 'errorMs'> {
  if (value === null && freshness.negativeMs !== undefined) {
    return { freshMs: freshness.negativeMs, staleMs: 0, errorMs: 0 }
  }
  const { freshMs, staleMs, errorMs, jitter } = freshness
  const shortened =
    jitter > 0 && freshMs < Number.POSITIVE_INFINITY ? Math.ceil(freshMs * (1 - jitter * random())) : freshMs
  return { freshMs: shortened, staleMs, errorMs }
}

export function tooSlow(key: string, { hardTimeoutMs }: Freshness): LoadError {
  return new LoadError(
    'ERR_LOAD_TIMEOUT',
    `The loader of \`${displayKey(key)}\` took over ${hardTimeoutMs} ms and was aborted. Make it listen to \`signal\`, or raise \`timeout\`.`,
    { context: { key: displayKey(key) } },
  )
}
