/** The entries of one cache in Redis: a frame under a key each, which expires with the entry's last window. */
import { TierFrames, writeHeader } from '@hotpath/codec'
import {
  type Codec,
  type Entry,
  type EntryHead,
  type Mark,
  type ServerClock,
  type TierContext,
  TierError,
  type TierStore,
  deadAt,
} from '@hotpath/contract'
import type { Connection } from './connection.ts'
import { REMOVE, STORE } from './store-scripts.ts'

/** What a store works with. */
export interface StoreParts {
  readonly connection: Connection
  readonly codec: Codec
  readonly clock: ServerClock
  /** What every key in Redis begins with. */
  readonly keyPrefix: string
}

interface Sealed {
  readonly key: string
  readonly frame: Uint8Array
  readonly lifeMs: number
}

/** Frames of one command; a script holds up everybody else while it runs. */
const MAX_WRITES = 100
/** Entries that are encoded without a pause: some milliseconds of work. */
const MAX_SEALED = 500
const MAX_READS = 1_000
/** Of reads that come together: while we decode one batch the server works on the next, where with one of 512 both wait. */
const MAX_BATCH = 128
const SCAN_COUNT = 1_000

export function openStore({ connection, codec, clock, keyPrefix }: StoreParts, context: TierContext): TierStore {
  const redisKey = (key: string): string => keyPrefix + key
  const frames = new TierFrames({ codec, clock, context, boundKey: redisKey })

  async function read(key: string): Promise<Entry | undefined> {
    const unknown = clock.ready()
    if (unknown !== undefined) await unknown
    const bytes = await connection.callBuffer('GET', redisKey(key))
    return bytes === null ? undefined : frames.open(key, bytes as Uint8Array)
  }

  /** One MGET for each slot, or for all where slots do not matter; a server that fails takes no others with it. */
  async function readMany(keys: readonly string[]): Promise<readonly (Entry | undefined)[]> {
    if (keys.length === 0) return []
    const unknown = clock.ready()
    if (unknown !== undefined) await unknown
    if (!connection.isCluster && keys.length <= MAX_READS) return readTogether(keys)
    const groups = chunks(connection, keys, redisKey, MAX_READS)
    const found = new Map<string, Entry | undefined>()
    const asked = await Promise.allSettled(
      groups.map(async (some) => {
        const entries = await readTogether(some)
        for (const [index, key] of some.entries()) found.set(key, entries[index])
      }),
    )
    const failed = asked.filter((one) => one.status === 'rejected').map(({ reason }) => reason as unknown)
    if (failed.length === groups.length) throw failed[0]
    for (const cause of failed) context.fault(partlyFailed(cause))
    return keys.map((key) => found.get(key))
  }

  async function readTogether(keys: readonly string[]): Promise<readonly (Entry | undefined)[]> {
    const answers = (await connection.callBuffer('MGET', ...keys.map(redisKey))) as (Uint8Array | null)[]
    let isLater = false
    const entries = keys.map((key, index) => {
      const bytes = answers[index]
      const entry = bytes === null || bytes === undefined ? undefined : frames.open(key, bytes)
      isLater ||= entry instanceof Promise
      return entry
    })
    // ioredis has a function as a member of each command, and V8 makes such in the old space, where it lives until all
    // garbage is collected: so do the command and its reply, and what the reply holds would be copied and grow old too.
    answers.fill(null)
    return isLater ? Promise.all(entries.map(async (entry) => entry)) : (entries as (Entry | undefined)[])
  }

  /** What entries are judged by, some at a time: whole frames are read, and no value is decoded. */
  async function* heads(keys: readonly string[]): AsyncGenerator<readonly [key: string, head: EntryHead]> {
    for (const some of chunks(connection, keys, (key) => key, MAX_WRITES)) {
      const found = (await connection.callBuffer('MGET', ...some)) as (Uint8Array | null)[]
      for (const [index, key] of some.entries()) {
        const bytes = found[index] ?? undefined
        const head = bytes && frames.headOf(bytes)
        if (head !== undefined) yield [key, head]
      }
    }
  }

  async function seal(key: string, entry: Entry): Promise<Sealed | undefined> {
    const lifeMs = Math.ceil(deadAt(entry) - context.elapsed())
    const sealed = await frames.seal(key, entry)
    return sealed && { key: redisKey(key), frame: sealed.frame, lifeMs }
  }

  async function write(entries: readonly (readonly [string, Entry])[]): Promise<void> {
    const unknown = clock.ready()
    if (unknown !== undefined) await unknown
    if (entries.length <= MAX_SEALED) return writeSome(entries)
    for (let from = 0; from < entries.length; from += MAX_SEALED)
      await writeSome(entries.slice(from, from + MAX_SEALED))
  }

  async function writeSome(entries: readonly (readonly [string, Entry])[]): Promise<void> {
    const sealed = (await Promise.all(entries.map(([key, entry]) => seal(key, entry)))).filter(
      (one) => one !== undefined,
    )
    // Not waited for: commands of one connection keep their order, and a read right after this write must find it.
    const cleared = remove(frames.takeUnreadable(entries.map(([key]) => key)).map(redisKey))
    const stored = chunks(connection, sealed, ({ key }) => key, MAX_WRITES).map((some) =>
      STORE.run(
        connection,
        some.map(({ key }) => key),
        some.flatMap(({ frame, lifeMs }) => [frame, lifeMs === Number.POSITIVE_INFINITY ? 0 : lifeMs]),
      ),
    )
    await Promise.all([cleared, ...stored])
  }

  async function remove(keys: readonly string[], below?: Mark): Promise<void> {
    const head = below && frameHead(below)
    await Promise.all(
      chunks(connection, keys, (key) => key, MAX_WRITES).map((some) =>
        head === undefined ? connection.call('UNLINK', ...some) : REMOVE.run(connection, some, [head]),
      ),
    )
  }

  /** All keys of this cache, on all servers, some at a time. */
  async function* scan(): AsyncGenerator<string[]> {
    const pattern = `${escapeGlob(connection.fullKey(keyPrefix))}*`
    for (const server of connection.isCluster ? (connection.client.nodes?.('master') ?? []) : [connection]) {
      let cursor = '0'
      do {
        const reply = await server.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT)
        const [next, keys] = reply as [string, string[]]
        cursor = next
        if (keys.length > 0) yield keys.map((key) => key.slice(connection.keyPrefix.length))
      } while (cursor !== '0')
    }
  }

  return {
    sync: false,
    shared: true,
    get: read,
    getMany: readMany,
    maxBatch: MAX_BATCH,
    ...(connection.isCluster && { groupOf: (key: string) => connection.slotOf(redisKey(key)) }),
    set: (key, entry) => write([[key, entry]]),
    setMany: write,
    delete: (keys, below) => remove(keys.map(redisKey), below),
    async clear() {
      for await (const keys of scan()) await remove(keys)
    },
    async purge({ isDead }) {
      await clock.ready()
      let purged = 0
      for await (const keys of scan()) {
        const dead: string[] = []
        for await (const [key, head] of heads(keys)) if (isDead(key.slice(keyPrefix.length), head)) dead.push(key)
        await remove(dead)
        purged += dead.length
      }
      return purged
    },
    close: () => {},
  }
}

/** The beginning of a frame with this mark, to be compared with those that are stored. */
function frameHead({ epoch, position }: Mark): Uint8Array {
  const windows = { freshMs: 0, staleMs: 0, errorMs: 0, aheadMs: 0 }
  return writeHeader({ epoch, asOf: position, storedAt: 0, ...windows, tags: [], isFailure: false })
}

/** What one command may hold: keys of one slot where there are slots, and not too many. */
function chunks<Item>(
  connection: Connection,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  max: number,
): Item[][] {
  const groups = new Map<number, Item[]>()
  for (const item of items) {
    const slot = connection.isCluster ? connection.slotOf(keyOf(item)) : 0
    const group = groups.get(slot)
    if (group === undefined) groups.set(slot, [item])
    else group.push(item)
  }
  const all: Item[][] = []
  for (const group of groups.values()) {
    for (let from = 0; from < group.length; from += max) all.push(group.slice(from, from + max))
  }
  return all
}

function partlyFailed(cause: unknown): TierError {
  const message = 'A server of the `redis` cluster failed to respond. Its keys are misses.'
  return new TierError('ERR_TIER_FAILED', message, { cause, context: { tier: 'redis', operation: 'getMany' } })
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, '\\$&')
}
