import type {
  Clock,
  HotpathError,
  Invalidation,
  InvalidationLog,
  LogFollower,
  LogPositions,
  LogRecord,
  Mark,
  MaybePromise,
  Scope,
  Strength,
  TierContext,
} from '@hotpath/contract'
import { createFakeClock } from '../fake-clock.ts'
import { check, checkSame } from './check.ts'

/** What the suite for invalidation logs needs to know. */
export interface LogCasesOptions {
  /** Makes a log without records, for one case; twice in some cases, for logs that know nothing of each other. */
  readonly open: (context: TierContext) => MaybePromise<InvalidationLog>
  /** Called for each log when the case is over: to drop a database, say. */
  readonly close?: ((log: InvalidationLog) => MaybePromise<void>) | undefined
  /** For logs that need real time to pass, to poll for instance. Default: a fake clock that stands still. */
  readonly clock?: Clock | undefined
}

/** A follower that writes down what it is told. */
interface Recorder extends LogFollower {
  readonly records: readonly LogRecord[]
  readonly interruptions: readonly unknown[]
  /** Waits until the record of this mark has come. */
  until(mark: Mark): Promise<void>
}

/** What a case works with. */
export interface LogBench {
  readonly log: InvalidationLog
  /** Opens another log that knows nothing of the first. */
  open(): Promise<InvalidationLog>
}

/** A case of the suite for logs. */
export interface LogCase {
  readonly name: string
  readonly run: (bench: LogBench) => Promise<void>
}

/** Opens a log, runs a case on it, and checks what must hold after each: no fault reported, no timer left. */
export async function runLogCase(options: LogCasesOptions, run: LogCase['run']): Promise<void> {
  const fakeClock = createFakeClock()
  const clock = options.clock ?? fakeClock
  const faults: HotpathError[] = []
  const opened: InvalidationLog[] = []

  async function open(): Promise<InvalidationLog> {
    const log = await options.open({
      name: `conformance-${opened.length + 1}`,
      clock,
      elapsed: () => Math.floor(clock.monotonic()),
      evicted: () => {},
      fault: (error) => void faults.push(error),
    })
    opened.push(log)
    return log
  }

  try {
    await run({ log: await open(), open })
  } finally {
    for (const log of opened) {
      await log.close()
      await options.close?.(log)
    }
  }
  check(faults.length === 0, `The log reported a fault although nothing went wrong: ${faults[0]?.message}`)
  check(fakeClock.pending === 0, `${fakeClock.pending} timers are left after \`close()\`.`)
}

/** Makes a follower that writes down what it is told. */
export function createRecorder(): Recorder {
  const records: LogRecord[] = []
  const interruptions: unknown[] = []
  const waiting = new Set<() => void>()

  function has({ epoch, position }: Mark): boolean {
    return records.some((record) => record.epoch === epoch && record.position === position)
  }

  return {
    records,
    interruptions,
    record(record) {
      records.push(record)
      for (const look of waiting) look()
    },
    interrupted: (cause) => void interruptions.push(cause),
    until(mark) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!has(mark)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
  }
}

/** An invalidation of a scope, hard unless said otherwise. */
export function invalidation(scope: Scope, strength: Strength = 'hard'): Invalidation {
  return { scope, strength }
}

/** An invalidation of a key. */
export function ofKey(key: string, strength: Strength = 'hard'): Invalidation {
  return { scope: { type: 'key', key }, strength }
}

/** Checks that the records are exactly these invalidations, in this order, each pointing at the one before. */
export function checkChain(records: readonly LogRecord[], from: Mark, expected: readonly Invalidation[]): void {
  checkSame(
    records.map(({ scope, strength, forMs }) => ({ scope, strength, forMs })),
    expected.map(({ scope, strength, forMs }) => ({ scope, strength, forMs })),
    'records',
  )
  let previous = from.position
  for (const record of records) {
    checkSame(record.epoch, from.epoch, 'epoch of a record')
    checkSame(record.previous, previous, `previous of the record at ${record.position}`)
    check(record.position > previous, `Positions must grow, received ${record.position} after ${previous}.`)
    check(Number.isSafeInteger(record.position), `Positions must be safe integers, received ${record.position}.`)
    previous = record.position
  }
}

/** An entry as far as a log is concerned. */
export interface Probe {
  readonly key: string
  readonly tags: readonly string[]
}

/** The positions of a probe. */
export function judge(positions: LogPositions, { key, tags }: Probe): { readonly hard: number; readonly soft: number } {
  return { hard: positions.hardAt(key, tags), soft: positions.softAt(key, tags) }
}
