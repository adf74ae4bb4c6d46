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
import { newEntry } from './new-entry.ts'
import { NOWHERE, QUEUED } from '../view/log-view.ts'
import type { Counters } from '../watch/stats.ts'

const NONE: readonly never[] = []

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
  if (invalidations.length === 0) return NONE
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
  let claims: Invalidation[] | undefined
  for (const { key, value, asOf } of writes) {
    if (value === undefined) throw undefinedValue(key)
    if (isPromise(value)) throw promisedValue(key)
    engine.valueCheck?.run(key, value)
    if (asOf === undefined) claims = withOne(claims, claimOf(key))
  }
  if (claims !== undefined) counters.invalidations += claims.length
  const begun = onceBegun(engine, claims === undefined ? NONE : engine.claim(claims, queue))
  // Where nothing is waited for, as in memory alone, nothing is made to wait with.
  if (!isPromise(begun)) return put(engine, counters, writes, begun)
  // `close()` lets it arrive.
  return engine.track(begun.then((marks) => put(engine, counters, writes, marks)))
}

/** Stores what the log has the claims of. */
function put(engine: Engine, counters: Counters, writes: readonly Write[], marks: readonly Mark[]): MaybePromise<Mark> {
  const entries = entriesOf(engine, writes, marks)
  // Stored before anybody is told: a listener may call the cache, and what he changes must not be written over.
  const stored = engine.store(entries)
  counters.sets += entries.length
  if (engine.events.wants('set')) for (const [key] of entries) engine.events.emit({ type: 'set', key })
  return isPromise(stored) ? stored.then(() => markOfAll(engine, marks)) : markOfAll(engine, marks)
}

/** A value that is stored is judged first, so a write of one waits for the view of the log; its append does not. */
function onceBegun<Value>(engine: Engine, value: MaybePromise<Value>): MaybePromise<Value> {
  return chain(value, (done) => engine.view.beginning()?.then(() => done) ?? done)
}

/** What is stored for writes: of several of one key the last counts. */
function entriesOf(
  engine: Engine,
  writes: readonly Write[],
  marks: readonly Mark[],
): readonly (readonly [key: string, entry: Entry])[] {
  const last = writes.length > 1 ? new Map(writes.map((write) => [write.key, write])) : undefined
  let claims = 0
  let entries: (readonly [key: string, entry: Entry])[] | undefined
  for (const write of writes) {
    const mark = write.asOf ?? marks[Math.floor(claims++ / engine.view.maxRecords)] ?? NOWHERE
    if ((last?.get(write.key) ?? write) !== write) continue
    const entry = entryOf(engine, write, mark)
    if (entry !== undefined) entries = withOne(entries, [write.key, entry])
    // What a claim replaces kept its place until now.
    else if (write.asOf === undefined) void engine.memory?.delete([write.key])
  }
  return entries ?? NONE
}

/** A list with one more: V8 makes room for 17 in an empty list that is added to, and most writes are of one. */
function withOne<Item>(list: Item[] | undefined, item: Item): Item[] {
  if (list === undefined) return [item]
  list.push(item)
  return list
}

/** Invalidates keys everywhere, and frees their places in the tiers. */
export function remove(
  engine: Engine,
  counters: Counters,
  keys: readonly string[],
  queue?: boolean,
): MaybePromise<Mark> {
  const appended = append(engine, counters, keys.map(hardKey), queue)
  if (engine.shared === undefined && !isPromise(appended)) return markOfAll(engine, appended)
  return removeBelow(engine, keys, appended)
}

function claimOf(key: string): Invalidation {
  return { scope: { type: 'key', key }, strength: 'hard', valueFollows: true }
}

function hardKey(key: string): Invalidation {
  return { scope: { type: 'key', key }, strength: 'hard' }
}

async function removeBelow(
  engine: Engine,
  keys: readonly string[],
  appended: MaybePromise<readonly Mark[]>,
): Promise<Mark> {
  const marks = await appended
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
function entryOf(engine: Engine, write: Write, mark: Mark): Entry | undefined {
  const { key, value, tags, freshness } = write
  const { view, closed } = engine
  const entry = newEntry(engine, write, view.atMost(mark))
  if (entry.freshMs === 0 || engine.isTooLarge(key, value, freshness.maxEntryBytes)) return undefined
  const isQueued = mark === QUEUED
  // Nothing is judged any more once the cache closes. What is stored below memory then is judged by those who read it.
  const isKept = closed && view.isThere && !isQueued
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
