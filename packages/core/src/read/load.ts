/** One flight from take-off to landing: lower tiers, backoff, loader, store. Decisions about callers are in `read.ts`. */
import {
  type CodecError,
  type Entry,
  type Freshness,
  LoadError,
  resolveFreshness,
  displayKey,
  timeLimit,
  validateTags,
} from '@hotpath/contract'
import { isPromise } from '../time/chain.ts'
import { pause } from '../time/pause.ts'
import type { Engine } from '../engine.ts'
import { type Found, isServable } from '../flights/found.ts'
import type { Flight, Outcome } from '../flights/flight.ts'
import type { Call } from './call.ts'
import { forReader } from './look-up.ts'
import { type LoadDecisions, contextOf } from './load-context.ts'
import { NOT_MODIFIED } from './loader.ts'
import { newEntry } from './new-entry.ts'
import { NOWHERE, loadedAt } from '../view/log-view.ts'

const NO_DECISIONS: LoadDecisions = { lifetime: undefined, skipped: false, asOf: undefined }

/** Flies. Never rejects. */
export async function fly<Value>(call: Call<Value>, flight: Flight<Value>): Promise<void> {
  const { engine, key, refresh, after = 0 } = call
  try {
    const look = async (): Promise<Found<Value> | undefined> =>
      engine.shared?.below?.lookUp({
        key,
        after,
        isEnough: (one) => isServable(forReader(call, one)),
        done: firstFound,
      }) as Promise<Found<Value> | undefined>
    if (call.lookUp) {
      call.lookedAt = engine.elapsed()
      const found = await flight.guard(look())
      if (isServable(found)) return flight.settle({ type: 'found', found })
      flight.fallback ??= found
    }
    const waitMs = engine.backoff.waitMs(key, engine.elapsed())
    if (waitMs > 0) {
      if (flight.fallback !== undefined && !refresh) return flight.settle({ type: 'backoff' })
      const [over, cancel] = pause(engine.clock, waitMs)
      await flight.guard(over).finally(cancel)
    }
    const takeTurn = engine.shared?.takeTurn
    if (refresh || call.isOneOfMany || takeTurn === undefined) return await load(call, flight)
    const turn = await takeTurn(flight, look, call.lookedAt)
    if (turn.type === 'found') return flight.settle(turn)
    await load(call, flight)
    await engine.track(turn.end())
  } catch (error) {
    flight.settle({ type: 'failed', error })
  }
}

/** For those that can do with anything. */
function firstFound(found: Found | undefined, fallback?: Found): Found | undefined {
  return found ?? fallback
}

/** Calls the loader. The flight has ended then. Never rejects. */
async function load<Value>(call: Call<Value>, flight: Flight<Value>): Promise<void> {
  const { engine, key, freshness } = call
  const { clock, valueCheck } = engine
  const started = clock.monotonic()
  const decisions: LoadDecisions = { lifetime: undefined, skipped: false, asOf: undefined }
  const cancelTimeout = timeLimit(clock, freshness.hardTimeoutMs, () => flight.abort(tooSlow(key, freshness)))
  try {
    const answer = call.loader(contextOf(call, flight, decisions))
    let result = isPromise(answer) ? await flight.guard(answer) : answer
    const loadMs = clock.monotonic() - started
    if (valueCheck?.loading !== undefined) await valueCheck.loading
    if (result === NOT_MODIFIED && flight.fallback !== undefined) {
      const { value, tags } = flight.fallback.entry
      result = value
      // A loader that looked at nothing but a version cannot know the tags, and what it keeps still depends on them.
      flight.tags = validateTags([...flight.tags, ...tags], 'tags and those of the value that was kept')
    }
    land(call, flight, result, loadMs, decisions)
  } catch (error) {
    fail(call, flight, error, clock.monotonic() - started)
  } finally {
    cancelTimeout()
  }
}

/** What flights that land together have in common. */
export type Landing = Pick<Call<never>, 'engine' | 'counters' | 'freshness'>

/** Ends a flight that failed. It is counted, unless everybody had left, and keeps the next one from beginning at once. */
export function fail<Value>(
  { engine, counters, freshness }: Landing,
  flight: Flight<Value>,
  error: unknown,
  loadMs: number,
): void {
  const { key } = flight
  if (!flight.deserted) {
    counters.loadFailures++
    counters.loadTimes.record(loadMs)
    engine.backoff.failed(key, engine.elapsed() + freshness.backoffMs)
    if (engine.events.wants('load-error')) engine.events.emit({ type: 'load-error', key, error, durationMs: loadMs })
  }
  flight.settle({ type: 'failed', error })
}

/** Judges what was loaded, stores it if it may be, and ends the flight. */
function land<Value>(
  call: Landing,
  flight: Flight<Value>,
  value: Value,
  loadMs: number,
  decisions: LoadDecisions,
): void {
  const entries: [string, Entry][] = []
  const outcome = judgeLoaded(call, flight, value, { loadMs, decisions, entries })
  end(call, flight, outcome, loadMs, call.engine.store(entries))
}

/** The same for many flights: all is stored in one go, and then they end. */
export function landTogether<Value>(
  call: Landing,
  flights: readonly Flight<Value>[],
  values: readonly Value[],
  loadMs: number,
): void {
  const entries: [string, Entry][] = []
  const loaded = { loadMs, decisions: NO_DECISIONS, entries }
  const outcomes = flights.map((flight, index) =>
    flight.settled ? undefined : judgeLoaded(call, flight, values[index] as Value, loaded),
  )
  const stored = call.engine.store(entries)
  for (const [index, flight] of flights.entries()) {
    const outcome = outcomes[index]
    if (outcome !== undefined) end(call, flight, outcome, loadMs, stored)
  }
}

type Loaded<Value> = Extract<Outcome<Value>, { type: 'value' }>

/** Ends a flight with the value that was loaded. */
function end<Value>(
  { engine, counters }: Landing,
  flight: Flight<Value>,
  outcome: Loaded<Value>,
  loadMs: number,
  stored: unknown,
): void {
  const { key } = flight
  counters.loads++
  counters.loadTimes.record(loadMs)
  engine.backoff.succeeded(key)
  flight.stored = stored
  if (engine.events.wants('load'))
    engine.events.emit({ type: 'load', key, durationMs: loadMs, stored: outcome.isStored })
  const settle = (): void => {
    if (!flight.settled) flight.settle(outcome)
  }
  // Without memory the next read finds the value only once it has arrived below, so the flight lasts until then.
  if (engine.memory === undefined && isPromise(stored)) flight.guard(stored).then(settle, settle)
  else settle()
}

/** One call of a loader. */
interface Load {
  readonly loadMs: number
  readonly decisions: LoadDecisions
  /** What is to be stored; it is added to. */
  readonly entries: [string, Entry][]
}

/** Judges a loaded value: how its flight ends, and what is to be stored, if it may be. */
function judgeLoaded<Value>(
  call: Landing,
  flight: Flight<Value>,
  value: Value,
  { loadMs, decisions, entries }: Load,
): Loaded<Value> {
  const { engine } = call
  const { key } = flight
  const begun = /* rule: mark-before-load */ flight.mark
  const mark = begun && (decisions.asOf ?? begun)
  const tags = /* rule: tags-of-loader */ flight.tags
  const { lifetime } = decisions
  const freshness = lifetime === undefined ? call.freshness : resolveFreshness(call.freshness, lifetime)
  const judgement =
    mark === undefined || /* rule: same-generation */ flight.generation !== engine.view.generation
      ? 'outdated'
      : engine.view.judge(key, loadedAt(mark, tags))
  const entry = newEntry(engine, { value, tags, freshness }, mark ?? NOWHERE, loadMs)
  const mayStore = !decisions.skipped && value !== undefined && entry.freshMs > 0
  const isGood = mark !== undefined && judgement !== 'outdated'
  if (mayStore && judgement === 'outdated') engine.notStored(key, tags, mark === undefined)
  const isStored = isGood && mayStore && isStorable(engine, key, value, freshness) && flight.claim()
  if (isStored) entries.push([key, entry])
  const raced = judgement !== 'valid'
  return { type: 'value', value, raced, isStored, freshMs: isStored ? entry.freshMs : 0, mark }
}

/** Whether a loaded value may be stored; it is returned all the same. */
function isStorable(engine: Engine, key: string, value: unknown, { maxEntryBytes }: Freshness): boolean {
  if (engine.isTooLarge(key, value, maxEntryBytes)) return false
  try {
    engine.valueCheck?.run(key, value)
    return true
  } catch (error) {
    engine.fault(error as CodecError)
    return false
  }
}

export function tooSlow(key: string, { hardTimeoutMs }: Freshness): LoadError {
  return new LoadError(
    'ERR_LOAD_TIMEOUT',
    `The loader of \`${displayKey(key)}\` took over ${hardTimeoutMs} ms and was aborted. Make it listen to \`signal\`, or raise \`timeout\`.`,
    { context: { key: displayKey(key) } },
  )
}
