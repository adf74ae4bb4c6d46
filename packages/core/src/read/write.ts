/** Writes: to append to the log first, then to store what is current at that point. */
import {
  type Entry,
  type Freshness,
  type Invalidation,
  type Mark,
  type MaybePromise,
  ValueError,
  displayKey,
} from '@hotpath/contract'
import { chain, isPromise } from '../time/chain.ts'
import type { Engine } from '../engine.ts'
import { newEntry, windowsOf } from './new-entry.ts'
import { NOWHERE, QUEUED } from '../view/log-view.ts'
import type { Counters } from '../watch/stats.ts'

/** One value to store. */
export interface Write {
  readonly key: string
  readonly value: unknown
  readonly tags: readonly string[]
  readonly freshness: Freshness
  /** Where the value came from; `undefined`: it is current now. */
  readonly asOf: Mark | undefined
}

/**
 * Appends and counts. Where it may queue, a log that does not answer is waited for behind.
 *
 * @returns Where the log has them, `LogView.maxRecords` of them at each mark; none for none.
 */
export function append(
  engine: Engine,
  counters: Counters,
  invalidations: readonly Invalidation[],
  queue: boolean = engine.queue,
): MaybePromise<readonly Mark[]> {
  if (invalidations.length === 0) return []
  counters.invalidations += invalidations.length
  return engine.view.append(invalidations, queue)
}

/**
 * Stores values. Those that claim to be current now outdate every older copy, by one append for all (for as many as one
 * takes); those with an `asOf` are judged like a load, and not stored when something has outdated them.
 */
export function store(
  engine: Engine,
  counters: Counters,
  writes: readonly Write[],
  queue: boolean = engine.queue,
): MaybePromise<Mark> {
  const loading = engine.valueCheck?.loading
  if (loading !== undefined) return loading.then(() => store(engine, counters, writes, queue))
  const claims: Invalidation[] = []
  for (const { key, value, asOf } of writes) {
    if (value === undefined) throw undefinedValue(key)
    if (isPromise(value)) throw promisedValue(key)
    engine.valueCheck?.run(key, value)
    if (asOf === undefined) claims.push({ scope: { type: 'key', key }, strength: 'hard' })
  }
  const claimed = engine.replacing(() => append(engine, counters, claims, queue))
  const done = chain(onceBegun(engine, claimed), (marks) => {
    const entries: [string, Entry][] = []
    for (const { write, mark } of lastOfEachKey(writes, marks, engine.view.maxRecords)) {
      const entry = entryOf(engine, write, mark)
      // What a claim replaces kept its place until now.
      if (entry !== undefined) entries.push([write.key, entry])
      else if (write.asOf === undefined) void engine.memory?.delete([write.key])
    }
    // Stored before anybody is told: a listener may call the cache, and what he changes must not be written over.
    const stored = engine.store(entries)
    counters.sets += entries.length
    if (engine.events.wants('set')) for (const [key] of entries) engine.events.emit({ type: 'set', key })
    return chain(stored, () => markOfAll(engine, marks))
  })
  // `close()` lets it arrive.
  if (isPromise(done)) void engine.track(done)
  return done
}

/** A value that is stored is judged first, so a write of one waits for the view of the log; its append does not. */
function onceBegun<Value>(engine: Engine, value: MaybePromise<Value>): MaybePromise<Value> {
  return chain(value, (done) => engine.view.beginning()?.then(() => done) ?? done)
}

interface MarkedWrite {
  readonly write: Write
  readonly mark: Mark
}

/**
 * Of several writes of one key the last counts.
 *
 * @param marks - Where the log has the claims, `perMark` of them at each.
 */
function lastOfEachKey(writes: readonly Write[], marks: readonly Mark[], perMark: number): Iterable<MarkedWrite> {
  let claims = 0
  const marked = writes.map((write): MarkedWrite => {
    const mark = write.asOf ?? marks[Math.floor(claims++ / perMark)]
    return { write, mark: mark ?? NOWHERE }
  })
  return marked.length === 1 ? marked : new Map(marked.map((one) => [one.write.key, one])).values()
}

/** Invalidates keys everywhere, and frees their places in the tiers. */
export async function remove(
  engine: Engine,
  counters: Counters,
  keys: readonly string[],
  queue?: boolean,
): Promise<Mark> {
  const scopes = keys.map((key): Invalidation => ({ scope: { type: 'key', key }, strength: 'hard' }))
  const marks = await append(engine, counters, scopes, queue)
  const { shared, view } = engine
  // What somebody has stored since stays; nothing is of the epoch of what is queued.
  const removals = marks.map((mark, part): Promise<unknown> => {
    const some = keys.slice(part * view.maxRecords, (part + 1) * view.maxRecords)
    return Promise.all(shared?.lower.map((tier) => tier.delete(some, mark)) ?? [])
  })
  await Promise.all(removals)
  return markOfAll(engine, marks)
}

/** The mark of a write: where the log has the last of it. */
export function markOfAll({ view }: Engine, marks: readonly Mark[]): Mark {
  return marks.at(-1) ?? view.mark() ?? NOWHERE
}

/** What is stored for a write; `undefined` where nothing may be. */
function entryOf(engine: Engine, { key, value, tags, freshness }: Write, mark: Mark): Entry | undefined {
  const windows = windowsOf(value, freshness, engine.random)
  if (windows.freshMs === 0 || engine.isTooLarge(key, value, freshness.maxEntryBytes)) return undefined
  const { view, closed } = engine
  const isQueued = mark === QUEUED
  // Nothing is judged any more once the cache closes. What is stored below memory then is judged by those who read it.
  const isKept = closed && view.isThere && !isQueued
  const entry = newEntry(engine, { value, tags, freshness, windows, mark: view.atMost(mark), loadMs: 0 })
  if (isKept || view.judge(key, entry) !== 'outdated') return entry
  engine.notStored(key, tags, isQueued || closed)
  return undefined
}

function undefinedValue(key: string): ValueError {
  return new ValueError(
    'ERR_VALUE_UNDEFINED',
    `The value of \`${displayKey(key)}\` is undefined, which means "no value". Use \`delete\` to remove it, or \`null\` to remember that there is none.`,
    { context: { key: displayKey(key) } },
  )
}

function promisedValue(key: string): ValueError {
  return new ValueError(
    'ERR_VALUE_PROMISE',
    `The value of \`${displayKey(key)}\` is a promise. Await it first, or let \`getOrSet\` load it.`,
    { context: { key: displayKey(key) } },
  )
}
