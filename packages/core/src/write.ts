/** Writes: to append to the log first, then to store what is current at that point. */
import {
  type Freshness,
  type Invalidation,
  type Mark,
  type MaybePromise,
  type Token,
  ValueError,
  createEntry,
  displayKey,
  toToken,
} from '@hotpath/contract'
import type { Engine } from './engine.ts'
import { windowsOf } from './load.ts'
import type { Counters } from './stats.ts'

/** One value to store. */
export interface Write {
  readonly key: string
  readonly value: unknown
  readonly tags: readonly string[]
  readonly freshness: Freshness
  /** Where the value came from; `undefined`: it is current now. */
  readonly asOf: Mark | undefined
}

/** Appends, counts and tells. */
export function append(engine: Engine, counters: Counters, invalidations: readonly Invalidation[]): MaybePromise<Mark> {
  counters.invalidations += invalidations.length
  if (engine.events.wants('invalidate')) engine.events.emit({ type: 'invalidate', invalidations })
  return engine.coherence.append(invalidations)
}

/**
 * Stores values. Those that claim to be current now outdate every older copy, by one append for all; those with an
 * `asOf` are judged like a load, and not stored when something has outdated them.
 */
export async function store(engine: Engine, counters: Counters, writes: readonly Write[]): Promise<Token> {
  for (const { key, value } of writes) if (value === undefined) throw undefinedValue(key)
  const current = writes.filter(({ asOf }) => asOf === undefined)
  let mark = engine.coherence.mark() ?? { epoch: '-', position: 0 }
  if (current.length > 0) {
    const answer = append(
      engine,
      counters,
      current.map(({ key }) => ({ scope: { type: 'key', key }, strength: 'hard' })),
    )
    mark = answer instanceof Promise ? await answer : answer
  }
  const done = writes.map((write) => place(engine, counters, write, write.asOf ?? mark))
  await Promise.all(done)
  return toToken(mark)
}

function place(
  engine: Engine,
  counters: Counters,
  { key, value, tags, freshness }: Write,
  mark: Mark,
): Promise<unknown> {
  const windows = windowsOf(value, freshness, engine.random)
  if (windows.freshMs === 0) return Promise.resolve()
  const createdAt = engine.timeline.elapsed()
  const entry = createEntry({ value, tags, createdAt, ...windows, epoch: mark.epoch, asOf: mark.position, aheadMs: 0 })
  if (engine.judge(key, entry) === 'outdated') return Promise.resolve()
  counters.sets++
  if (engine.events.wants('set')) engine.events.emit({ type: 'set', key })
  return engine.store(key, entry)
}

function undefinedValue(key: string): ValueError {
  return new ValueError(
    'ERR_VALUE_UNDEFINED',
    `The value of \`${displayKey(key)}\` is undefined, which means "no value". Use \`delete\` to remove it, or \`null\` to remember that there is none.`,
    { context: { key: displayKey(key) } },
  )
}
