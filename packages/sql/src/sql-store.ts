/** The entries of one cache in a database: a frame in a row each. The same for all databases. */
import { TierFrames } from '@hotpath/codec'
import { type Codec, type Entry, type PurgeOptions, type TierContext, type TierStore, deadAt } from '@hotpath/contract'
import type { EntryTable, FrameToStore, StoreClock } from './backend.ts'
import { inSlices } from './slices.ts'
import { startSweeping } from './sweeper.ts'
import { unavailable } from './sql-error.ts'
import { winners } from './winners.ts'

/** What a store works with. */
export interface StoreParts {
  readonly type: string
  /** What the names of the tables begin with; encrypted values are bound to it. */
  readonly prefix: string
  readonly codec: Codec
  readonly clock: StoreClock
  readonly table: EntryTable
  /** What to do about an error of the database, as a sentence to add. */
  readonly advice: (cause: unknown) => string
  /** Lets go of what was opened for this store. */
  release(): Promise<void> | void
}

/** Values that are encoded or decoded before others may get their turn. */
const SLICE = 100

export function openStore(
  { type, prefix, codec, clock, table, advice, release }: StoreParts,
  context: TierContext,
): TierStore {
  const stopSweeping = startSweeping({
    clock: context.clock,
    sweep: () => table.sweep(),
    failed: (cause) => context.fault(unavailable(type, 'sweep', cause, advice)),
  })
  // A prefix has no colon; a name may.
  const boundKey = (key: string): string => `${prefix}:${encodeURIComponent(context.name)}:${key}`
  const frames = new TierFrames({ codec, clock, context, boundKey })

  async function read(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const found = await guard('read', async () => {
      await clock.ready()
      return table.read(keys)
    })
    const entries: (Entry | undefined)[] = []
    await inSlices(keys, SLICE, async (some) => {
      const opened = some.map(async (key) => {
        const frame = found.get(key)
        return frame && frames.open(key, frame)
      })
      for (const entry of await Promise.all(opened)) entries.push(entry)
    })
    return entries
  }

  async function seal(key: string, entry: Entry): Promise<FrameToStore | undefined> {
    const sealed = await frames.seal(key, entry)
    if (sealed === undefined) return undefined
    const { frame, storedAt } = sealed
    return { key, frame, epoch: entry.epoch, asOf: entry.asOf, expiresAt: storedAt + (deadAt(entry) - entry.createdAt) }
  }

  async function write(entries: readonly (readonly [string, Entry])[]): Promise<void> {
    await guard('write', async () => clock.ready())
    const sealed: FrameToStore[] = []
    await inSlices(entries, SLICE, async (some) => {
      for (const one of await Promise.all(some.map(([key, entry]) => seal(key, entry)))) {
        if (one !== undefined) sealed.push(one)
      }
    })
    const wins = winners(sealed)
    if (wins.length === 0) return
    const spoiled = frames.takeUnreadable(wins.map(({ key }) => key))
    if (spoiled.length > 0) await guard('delete', () => table.remove(spoiled))
    await guard('write', () => table.write(wins))
  }

  async function purge(isDead: PurgeOptions['isDead']): Promise<number> {
    await clock.ready()
    let purged = 0
    let after: string | undefined
    for (;;) {
      const some = await table.scan(after)
      if (some.length === 0) return purged
      after = some.at(-1)?.key
      const dead: string[] = []
      for (const { key, frame } of some) {
        const head = frames.headOf(frame)
        if (head !== undefined && isDead(key, head)) dead.push(key)
      }
      if (dead.length > 0) await table.remove(dead)
      purged += dead.length
    }
  }

  function guard<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
    return call().catch((cause: unknown) => {
      throw unavailable(type, operation, cause, advice)
    })
  }

  let closing: Promise<void> | undefined
  async function close(): Promise<void> {
    stopSweeping()
    await release()
  }

  return {
    sync: false,
    shared: true,
    get: async (key) => (await read([key]))[0],
    getMany: read,
    set: (key, entry) => write([[key, entry]]),
    setMany: write,
    delete: (keys, below) => guard('delete', () => table.remove(keys, below)),
    clear: () => guard('clear', () => table.clear()),
    purge: ({ isDead }) => guard('purge', () => purge(isDead)),
    close: () => (closing ??= close()),
  }
}
