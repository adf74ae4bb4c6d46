/**
 * Says whether what a cache answered or stored was right, by what really happened. Promises are named by their numbers.
 */
import type { Entry } from '@hotpath/contract'
import type { Acceptance, Call, History, Party, Value } from './history.ts'
import type { World } from './world.ts'

/** A call that reads. */
export interface Read {
  readonly party: Party
  readonly key: string
  /** Further tags that it is judged by. */
  tags: readonly string[]
  readonly startedAt: number
  readonly startedMs: number
  /** Of the party, at the start. */
  readonly isolatedMs: number
  /** What the write behind its token came to in the log. */
  readonly after: Acceptance | undefined
  /** Whether its token is of a write that waits for the log: then only a load can tell. */
  readonly mustLoad: boolean
  /** Which windows it accepts. */
  readonly accepts: 'fresh' | 'stale' | 'stale-if-error'
  /** The end of a run, when everybody has heard of everything. */
  readonly isLast: boolean
}

/** Clocks that differ in pace, timers that are late, readings that are reused for a millisecond. */
const PACE = 1.01
const SLACK_MS = 20

class Violation extends Error {
  override readonly name = 'Violation'
}

export class Checker {
  readonly #world: World
  readonly #history: History
  /** Comparisons that could have failed. */
  checks = 0

  constructor(world: World, history: History) {
    this.#world = world
    this.#history = history
  }

  answered(read: Read, answer: unknown): void {
    this.checks++
    const { party, key } = read
    if (answer === undefined) return
    const value = answer as Value
    if (value.key !== key) this.fail('P9', `${party.name} reads ${key} and gets a value of ${value.key}`)
    if (read.mustLoad && value.readAt < read.startedAt) {
      this.fail(
        'P16',
        `${party.name} reads ${show(value)} after a write that waits for the log, begun at ${read.startedAt}`,
      )
    }
    this.#checkAge(read, value)
    if (value.isOlder) return
    const isSuspended = this.#isSuspended(read)
    const judged = { key, tags: [...value.tags, ...read.tags] }
    for (const call of this.#history.calls) {
      if (value.readAt >= call.calledAt || call.claim === value || !call.matches(judged)) continue
      const promise = this.#promise(read, call, isSuspended)
      if (promise === undefined) continue
      const isSoft = call.what.strength === 'soft' && promise !== 'P16' && !isOver(read, call)
      if (isSoft && this.#mayBeStale(read, value)) continue
      const since = `begun at ${read.startedAt} (${read.startedMs.toFixed(1)} ms)${showAfter(read)}`
      this.fail(promise, `${party.name} reads ${show(value)}, ${since}, which is outdated by ${showCall(call)}`)
    }
  }

  /** P2: nothing is stored that a record outdates which came before the point that the entry stands at. */
  stored(party: Party, key: string, entry: Entry): void {
    this.checks++
    const value = entry.value as Value
    if (!value.isStored) beginWindows(value, entry, this.#world.now)
    if (value.key !== key) this.fail('P9', `${party.name} stores a value of ${value.key} as ${key}`)
    const began = this.#history.epochs.get(entry.epoch) ?? 0
    for (const { epoch, position, at, call } of this.#history.acceptances) {
      const isBefore = epoch === entry.epoch ? position <= entry.asOf : at < began
      if (!isBefore || value.readAt >= call.calledAt || call.claim === value || !call.matches(value)) continue
      this.fail(
        'P2',
        `${party.name} stores ${show(value)} as of ${entry.epoch}.${entry.asOf}, after ${showCall(call)} at ${epoch}.${position}`,
      )
    }
  }

  fail(promise: string, text: string): never {
    const violation = new Violation(`${promise}: ${text}`)
    this.#world.failure ??= violation
    throw violation
  }

  /** Whether what a call outdates must not be answered any more, and by which promise. */
  #promise(read: Read, call: Call, isSuspended: boolean): string | undefined {
    const { party, after, startedAt, startedMs } = read
    if (call.isVoid) return undefined
    if (call.party === party && !call.isStandIn) return call.calledAt < startedAt ? 'P1' : undefined
    if (read.isLast) return call.party.isAlive() || call.acceptances.some((one) => one.isPrimary) ? 'P3' : undefined
    if (isSuspended) return undefined
    if (after?.isPrimary === true && call.acceptances.some((one) => one.isPrimary && one.at <= after.at)) return 'P16'
    if ((party.heard.get(call) ?? Number.POSITIVE_INFINITY) < startedAt) return 'P3'
    const untilMs = startedMs - party.maxOfflineMs * PACE - SLACK_MS
    return call.acceptances.some((one) => one.isPrimary && Math.max(one.ms, party.isolatedMs) < untilMs)
      ? 'P3'
      : undefined
  }

  /** Split brain: nothing is promised to a side that speaks to a server that was replaced, until it has come back. */
  #isSuspended({ party, startedMs, isolatedMs }: Read): boolean {
    return Math.max(party.isolatedMs, isolatedMs) > startedMs - party.maxOfflineMs * PACE - SLACK_MS
  }

  #mayBeStale({ accepts }: Read, { mayBeStale, mayBeStaleIfError }: Value): boolean {
    return (accepts !== 'fresh' && mayBeStale) || (accepts === 'stale-if-error' && mayBeStaleIfError)
  }

  /** P4, P8: no copy outlives the windows of its value. */
  #checkAge({ accepts, party, startedMs }: Read, value: Value): void {
    if (!value.isStored) return
    const { freshUntilMs, staleUntilMs, errorUntilMs } = value
    const untilMs = accepts === 'fresh' ? freshUntilMs : accepts === 'stale' ? staleUntilMs : errorUntilMs
    if (startedMs <= untilMs + SLACK_MS) return
    this.fail('P8', `${party.name} reads ${show(value)} at ${startedMs} ms, but its windows ended at ${untilMs} ms`)
  }
}

/** Whether what a call made stale has had its time: counted from when the party heard of it, by stream or state. */
function isOver({ party, startedMs }: Read, call: Call): boolean {
  const { forMs = Number.POSITIVE_INFINITY } = call.what
  const sinceMs = party.heardMs.get(call) ?? Number.POSITIVE_INFINITY
  return startedMs > sinceMs + forMs * PACE + SLACK_MS
}

/** A value that the source confirms begins its windows again; older copies of it keep theirs. */
function beginWindows(value: Value, { freshMs, staleMs, errorMs }: Entry, now: number): void {
  value.isStored = true
  value.mayBeStale ||= staleMs > 0
  value.mayBeStaleIfError ||= errorMs > 0
  const endings = [freshMs, freshMs + staleMs, freshMs + staleMs + errorMs].map((ms) => now + ms * PACE)
  const [fresh, stale, error] = endings as [number, number, number]
  value.freshUntilMs = Math.max(value.freshUntilMs, fresh)
  value.staleUntilMs = Math.max(value.staleUntilMs, stale)
  value.errorUntilMs = Math.max(value.errorUntilMs, error)
}

function show({ id, key, tags, readAt }: Value): string {
  return `value ${id} of ${key} [${tags.join(', ')}], read at ${readAt}`
}

function showAfter({ after }: Read): string {
  return after === undefined ? '' : ` after ${after.epoch}.${after.position}`
}

export function showCall({ what, calledAt, calledMs, party, acceptances }: Call): string {
  const positions = acceptances.map(
    ({ epoch, position, ms, isPrimary }) =>
      `${epoch}.${position} at ${ms.toFixed(1)} ms${isPrimary ? '' : ' by a server that was replaced'}`,
  )
  const log = positions.length === 0 ? 'not accepted' : positions.join(', ')
  return `${what.strength} ${JSON.stringify(what.scope)} of ${party.name}, called at ${calledAt} (${calledMs.toFixed(1)} ms; ${log})`
}
