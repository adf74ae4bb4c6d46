/**
 * Follows streams over one connection of its own: a read that blocks until a record comes. In a cluster the streams of
 * one follower share a slot, as a command must not name others. Each stream is read from a cursor, so a broken connection loses nothing; what a stream itself lost shows
 * as a gap to those who follow.
 */
import type { RedisClient } from './client.ts'

/** A record as it lies in a stream. */
export interface StreamEntry {
  readonly position: number
  readonly fields: Readonly<Record<string, string>>
}

interface Following {
  readonly stream: string
  cursor: number
  readonly deliver: (entry: StreamEntry) => void
}

/** How long one read blocks, so that a new stream or the end is noticed even when a wake-up is lost. */
const BLOCK_MS = 2_000
const MAX_ENTRIES = 1_000
const PAUSE_MS = 100

export class StreamFollower {
  readonly #client: RedisClient
  readonly #following = new Set<Following>()
  #connection: RedisClient | undefined
  #connectionId: string | undefined
  #pause: { readonly timer: NodeJS.Timeout; readonly end: () => void } | undefined

  constructor(client: RedisClient) {
    this.#client = client
  }

  /** Delivers what comes after a position; answers with what ends it. */
  follow(stream: string, after: number, deliver: (entry: StreamEntry) => void): () => void {
    const following: Following = { stream, cursor: after, deliver }
    this.#following.add(following)
    if (this.#connection === undefined) void this.#run()
    else this.#wake()
    return () => {
      this.#following.delete(following)
      if (this.#following.size === 0) this.#end()
    }
  }

  async #run(): Promise<void> {
    const connection = this.#client.duplicate()
    this.#connection = connection
    // Errors show as failed reads; without a listener they would end the process.
    connection.on('error', () => {})
    const isOpen = (): boolean => this.#connection === connection
    while (isOpen()) {
      try {
        this.#connectionId ??= String(await connection.call('CLIENT', 'ID'))
        this.#deliver(await read(connection, [...this.#following]))
      } catch {
        this.#connectionId = undefined
        if (isOpen()) await this.#rest()
      }
    }
  }

  #deliver(replies: ReadonlyMap<string, readonly StreamEntry[]>): void {
    for (const [stream, entries] of replies) {
      for (const following of [...this.#following]) {
        if (following.stream !== stream) continue
        for (const entry of entries) {
          if (entry.position <= following.cursor || !this.#following.has(following)) continue
          following.cursor = entry.position
          following.deliver(entry)
        }
      }
    }
  }

  /** A new stream shall not wait until the present read ends. */
  #wake(): void {
    const id = this.#connectionId
    this.#pause?.end()
    if (id !== undefined && this.#client.isCluster !== true) this.#client.call('CLIENT', 'UNBLOCK', id).catch(() => {})
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(this.#pause?.timer)
        this.#pause = undefined
        resolve()
      }
      this.#pause = { timer: setTimeout(end, PAUSE_MS).unref(), end }
    })
  }

  #end(): void {
    this.#connection?.disconnect()
    this.#connection = undefined
    this.#connectionId = undefined
    this.#pause?.end()
  }
}

async function read(
  connection: RedisClient,
  following: readonly Following[],
): Promise<ReadonlyMap<string, readonly StreamEntry[]>> {
  // Several may follow one stream; the one that is behind decides where it is read from.
  const cursors = new Map<string, number>()
  for (const { stream, cursor } of following) cursors.set(stream, Math.min(cursor, cursors.get(stream) ?? cursor))
  const ids = [...cursors.values()].map((cursor) => `${cursor}-18446744073709551615`)
  const options = ['COUNT', MAX_ENTRIES, 'BLOCK', BLOCK_MS, 'STREAMS'] as const
  const reply = await connection.call('XREAD', ...options, ...cursors.keys(), ...ids)
  return new Map(pairsOf(reply).map(([stream, entries]) => [stream, entriesOf(entries)]))
}

/** RESP2 answers a list of pairs, RESP3 a map, which clients hand on in one form or another. */
function pairsOf(reply: unknown): [string, unknown][] {
  if (reply === null || reply === undefined) return []
  if (reply instanceof Map) return [...(reply as Map<string, unknown>)]
  if (!Array.isArray(reply)) return Object.entries(reply as Record<string, unknown>)
  if (reply.every((item) => Array.isArray(item) && item.length === 2)) return reply as [string, unknown][]
  return reply.flatMap((item, index): [string, unknown][] =>
    index % 2 === 0 ? [[String(item), reply[index + 1]]] : [],
  )
}

function entriesOf(entries: unknown): StreamEntry[] {
  return (entries as [string, string[]][]).map(([id, flat]) => {
    const fields: Record<string, string> = {}
    for (let index = 0; index < flat.length; index += 2) fields[flat[index] as string] = flat[index + 1] as string
    return { position: Number.parseInt(id, 10), fields }
  })
}
