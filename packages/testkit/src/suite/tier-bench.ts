import {
  type Clock,
  type Entry,
  type EntryFields,
  type EntryHead,
  type HotpathError,
  type MaybePromise,
  type Tier,
  type TierStore,
  createEntry,
} from '@hotpath/contract'
import { aroundStore } from '../around-tier.ts'
import { createFakeClock } from '../fake-clock.ts'
import { check, checkSame } from './check.ts'

/** What the suite for tiers needs to know. */
export interface TierCasesOptions {
  /** Makes a tier that holds nothing, for one case. Give it room for 1,000 small entries. */
  readonly open: () => MaybePromise<Tier>
  /** Called when the case is over: to drop a database, say. */
  readonly close?: ((tier: Tier) => MaybePromise<void>) | undefined
  /** For tiers that need real time to pass. Default: a fake clock that stands still. */
  readonly clock?: Clock | undefined
}

/** What a case works with. */
export interface TierBench {
  /** The tier's store for the name `conformance`, which checks that a sync store never answers with a promise. */
  readonly store: TierStore
  /** Opens another store of the same tier, as another process would: its timeline starts elsewhere. */
  open(name: string, elapsedMs?: number): TierStore
  /** An entry as the engine makes it; created a second ago on the timeline of `store`. */
  entry(fields?: Partial<EntryFields>): Entry
  /** Compares an entry that was read with the one that was stored. */
  checkEntry(actual: Entry | undefined, expected: EntryFields, what?: string): void
  /** Compares what an entry is judged by. */
  checkHead(actual: EntryHead, expected: EntryHead, what: string): void
}

/** A case of the suite for tiers. */
export interface TierCase {
  readonly name: string
  readonly run: (bench: TierBench) => Promise<void>
}

/** What the timeline of a bench shows. Far from 0, so that an entry may be older than its reader. */
const ELAPSED_MS = 1_000_000

/** Tag of entries that the log rules out. */
export const OUTDATED = 'outdated'

/** Real stores measure ages by real clocks. Their answers may be this much off. */
const AGE_TOLERANCE_MS = 5_000

/** Opens a tier, runs a case on it, and checks what must hold after each: no fault reported, no timer left. */
export async function runTierCase(options: TierCasesOptions, run: TierCase['run']): Promise<void> {
  const tier = await options.open()
  const fakeClock = createFakeClock()
  const clock = options.clock ?? fakeClock
  const startedAt = clock.monotonic()
  const faults: HotpathError[] = []
  const opened: TierStore[] = []

  function open(name: string, elapsedMs = ELAPSED_MS): TierStore {
    const inner = tier.open({
      name,
      clock,
      elapsed: () => elapsedMs + Math.floor(clock.monotonic() - startedAt),
      outdated: (_, { tags }) => tags.includes(OUTDATED),
      evicted: () => {},
      fault: (error) => void faults.push(error),
    })
    opened.push(inner)
    return checkedStore(inner)
  }

  try {
    const store = open('conformance')
    await run({
      store,
      open,
      entry: (fields) => createEntry({ ...DEFAULTS, createdAt: ELAPSED_MS - 1_000, ...fields }),
      checkEntry: (actual, expected, what = 'entry') => checkEntry(actual, expected, what, store.shared),
      checkHead: (actual, expected, what) => checkHead(actual, expected, what, store.shared),
    })
  } finally {
    for (const each of opened) await each.close()
    await options.close?.(tier)
  }
  check(faults.length === 0, `The tier reported a fault although nothing went wrong: ${faults[0]?.message}`)
  check(fakeClock.pending === 0, `${fakeClock.pending} timers are left after \`close()\`.`)
}

const DEFAULTS = {
  value: 'value',
  tags: [] as readonly string[],
  freshMs: 60_000,
  staleMs: 30_000,
  errorMs: 3_600_000,
  epoch: 'epoch-one',
  asOf: 1,
  aheadMs: 0,
}

/** A store that fails the case when a method of a sync store answers with a promise. */
function checkedStore(inner: TierStore): TierStore {
  const checked = aroundStore(inner, async (operation, action) => {
    const answer = action()
    check(
      !inner.sync || !isThenable(answer),
      `\`${operation}\` answered with a promise, although the store says that it is sync.`,
    )
    return answer
  })
  return { ...checked, sync: inner.sync }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value
}

function checkEntry(actual: Entry | undefined, expected: EntryFields, what: string, shared: boolean): void {
  check(actual !== undefined, `${what}: expected an entry, received nothing`)
  checkSame(actual.value, expected.value, `${what}.value`)
  checkHead(actual, expected, what, shared)
}

function checkHead(actual: EntryHead, expected: EntryHead, what: string, shared: boolean): void {
  checkSame([...actual.tags].sort(), [...expected.tags].sort(), `${what}.tags`)
  for (const field of ['freshMs', 'staleMs', 'errorMs', 'epoch', 'asOf', 'aheadMs'] as const) {
    checkSame(actual[field], expected[field], `${what}.${field}`)
  }
  const offMs = Math.abs(actual.createdAt - expected.createdAt)
  check(
    offMs <= (shared ? AGE_TOLERANCE_MS : 0),
    `${what}.createdAt: expected ${expected.createdAt}, received ${actual.createdAt}`,
  )
}
