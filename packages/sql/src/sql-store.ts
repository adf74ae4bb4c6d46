/** The entries of one cache in a database: a frame in a row each. The same for all databases. */
import { isCodecError, openValue, readFrame, sealEntry } from '@hotpath/codec'
import {
  type Codec,
  type Entry,
  type EntryHead,
  type PurgeOptions,
  type TierContext,
  type TierStore,
  createEntry,
  deadAt,
} from '@hotpath/contract'
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

/** Keys of unreadable entries that are remembered until they are written. */
const MAX_UNREADABLE = 10_000
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
  /** Keys whose entry cannot be read. What is compared of it may be wrong as well, so it must not win a write. */
  const unreadable = new Set<string>()

  async function open(key: string, bytes: Uint8Array): Promise<Entry | undefined> {
    try {
      const frame = readFrame(bytes)
      const { header } = frame
      // The header alone says so, and the value need not be decoded.
      if (context.outdated?.(key, header) === true) return undefined
      const value = await openValue(frame, codec, { key: boundKey(key), header: frame.headerBytes })
      const { storedAt, ...fields } = header
      return createEntry({ ...fields, value, createdAt: clock.fromServer(storedAt) })
    } catch (error) {
      if (isCodecError(error) && unreadable.size < MAX_UNREADABLE) unreadable.add(key)
      report(error)
      return undefined
    }
  }

  async function read(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const frames = await guard('read', async () => {
      await clock.ready()
      return table.read(keys)
    })
    const entries: (Entry | undefined)[] = []
    await inSlices(keys, SLICE, async (some) => {
      const opened = some.map(async (key) => {
        const frame = frames.get(key)
        return frame && open(key, frame)
      })
      for (const entry of await Promise.all(opened)) entries.push(entry)
    })
    return entries
  }

  async function seal(key: string, entry: Entry): Promise<FrameToStore | undefined> {
    if (deadAt(entry) <= context.elapsed()) return undefined
    try {
      const storedAt = Math.max(0, clock.toServer(entry.createdAt))
      const frame = await sealEntry(entry, { codec, key: boundKey(key), storedAt })
      const expiresAt = storedAt + (deadAt(entry) - entry.createdAt)
      return { key, frame, epoch: entry.epoch, asOf: entry.asOf, expiresAt }
    } catch (error) {
      report(error)
      return undefined
    }
  }

  async function write(entries: readonly (readonly [string, Entry])[]): Promise<void> {
    await guard('write', async () => clock.ready())
    const sealed: FrameToStore[] = []
    await inSlices(entries, SLICE, async (some) => {
      for (const one of await Promise.all(some.map(([key, entry]) => seal(key, entry)))) {
        if (one !== undefined) sealed.push(one)
      }
    })
    const frames = winners(sealed)
    if (frames.length === 0) return
    const spoiled = unreadable.size === 0 ? [] : frames.map(({ key }) => key).filter((key) => unreadable.delete(key))
    if (spoiled.length > 0) await guard('delete', () => table.remove(spoiled))
    await guard('write', () => table.write(frames))
  }

  /** What an entry is judged by; `undefined` for what cannot be read. */
  function headOf(frame: Uint8Array): EntryHead | undefined {
    try {
      const { storedAt, ...header } = readFrame(frame).header
      return { ...header, createdAt: clock.fromServer(storedAt) }
    } catch (error) {
      report(error)
      return undefined
    }
  }

  async function purge(isDead: PurgeOptions['isDead']): Promise<number> {
    await clock.ready()
    let purged = 0
    let after: string | undefined
    for (;;) {
      const frames = await table.scan(after)
      if (frames.length === 0) return purged
      after = frames.at(-1)?.key
      const dead: string[] = []
      for (const { key, frame } of frames) {
        const head = headOf(frame)
        if (head !== undefined && isDead(key, head)) dead.push(key)
      }
      if (dead.length > 0) await table.remove(dead)
      purged += dead.length
    }
  }

  /** What is wrong with one value is no fault of the database. */
  function report(error: unknown): void {
    if (!isCodecError(error)) throw error
    context.fault(error)
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
    delete: (keys) => guard('delete', () => table.remove(keys)),
    clear: () => guard('clear', () => table.clear()),
    purge: ({ isDead }) => guard('purge', () => purge(isDead)),
    close: () => (closing ??= close()),
  }
}
