/** A page with the log of a database. */
import type { InvalidationLog } from '@hotpath/contract'
import { systemClock } from '@hotpath/contract'
import { logCases } from '@hotpath/testkit'
import { createLifecycle } from '@hotpath/web'
import { type Database, openDatabase } from '@hotpath/web/database'
import { STORES } from '../../../src/database/stores.ts'
import { openBrowserLog } from '../../../src/log/browser-log.ts'

const lifecycle = createLifecycle()
const heard: string[] = []
/** Called when followers are told of a key. */
const waiting = new Map<string, () => void>()
let log: InvalidationLog | undefined

function openIn(database: Database, name: string, hasChannel = true): InvalidationLog {
  const openChannel = hasChannel ? undefined : () => undefined
  return openBrowserLog({ database, name, clock: systemClock, lifecycle, openChannel })
}

/** Runs the conformance suite; returns what does not hold. */
export async function runCases(): Promise<string[]> {
  const databases = new Map<InvalidationLog, Database>()
  const cases = logCases({
    open({ name }) {
      const database = openDatabase({ name, stores: STORES })
      const log = openIn(database, name)
      databases.set(log, database)
      return log
    },
    close: async (log) => {
      await databases.get(log)?.destroy()
      await databases.get(log)?.close()
    },
  })
  const failures: string[] = []
  for (const { name, run } of cases) await run().catch((error: unknown) => failures.push(`${name}: ${String(error)}`))
  return failures.length === 0 ? [`${cases.length} cases hold`] : failures
}

/** Opens the log that the other functions use, and follows it. */
export async function open(name: string, hasChannel = true): Promise<void> {
  log = openIn(openDatabase({ name, stores: STORES }), name, hasChannel)
  await follow()
}

async function follow(): Promise<void> {
  await log?.follow({
    record({ scope }) {
      const key = scope.type === 'key' ? scope.key : ''
      heard.push(key)
      waiting.get(key)?.()
      if (key.startsWith('ping')) void append(`pong${key.slice('ping'.length)}`)
    },
    interrupted: () => void heard.push('interrupted'),
  })
}

/** What followers were told. */
export function told(): readonly string[] {
  return heard
}

/** Invalidates a key; resolves to its position. */
export async function append(key: string): Promise<number> {
  const mark = await log?.append([{ scope: { type: 'key', key }, strength: 'hard' }])
  return mark?.position ?? Number.NaN
}

/** Whether the state of the log has an invalidation of a key. */
export async function holds(key: string): Promise<boolean> {
  const snapshot = await log?.snapshot()
  return (snapshot?.positions.hardAt(key, []) ?? 0) > 0
}

/** Half the time from an append here to the response to it by another tab, in milliseconds: the median of many. */
export async function medianMs(rounds: number): Promise<number> {
  const id = crypto.randomUUID()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now()
    const responded = new Promise<void>((resolve) => waiting.set(`pong${id + round}`, resolve))
    await append(`ping${id + round}`)
    await responded
    times.push((performance.now() - startedAt) / 2)
  }
  return times.sort((one, other) => one - other)[rounds >> 1] ?? Number.NaN
}

/** Appends, and leaves the page before there is a response; once the driver has its own. */
export function appendAndLeave(key: string, url: string): void {
  setTimeout(() => {
    void append(key)
    location.href = url
  }, 200)
}

/** Appends one after another for as long as the page is there. */
export function appendOnAndOn(): void {
  const next = async (): Promise<void> => {
    for (;;) await append('on and on')
  }
  void next()
}
