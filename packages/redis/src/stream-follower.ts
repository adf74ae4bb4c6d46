/**
 * Follows streams over one connection of its own: a read that blocks until a record comes. In a cluster the streams of
 * one follower share a slot, as a command must not name others. Each stream is read from a cursor, so a broken connection
 * loses nothing; what a stream itself lost shows as a gap to its listeners.
 *
 * A read that blocks ends after a while with or without a record. One that does not has lost its server without a word
 * (a machine that is gone, a firewall that forgot the connection), so the connection is replaced. A stream that cannot
 * be read is left out, as it would spoil the read of all others, and is tried again.
 */
import type { RedisClient } from './client.ts'
import type { Connection } from './connection.ts'
import { SilenceError, duplicate, isUnreadable, withinMs } from './follower-connection.ts'
import { type StreamEntry, readStreams } from './stream-read.ts'

/** What a follower of a stream hears. */
export interface StreamListener {
  /** The next entry. */
  entry(entry: StreamEntry): void
  /** The stream cannot be read for now; said once until it was read again. */
  failed?(cause: unknown): void
}

interface Following {
  /** As the server knows it. */
  readonly stream: string
  readonly listener: StreamListener
  cursor: number
}

/** How long one read blocks, so that silence is noticed. */
const BLOCK_MS = 2_000
/** The same where a read cannot be ended for a new stream. */
const SHORT_BLOCK_MS = 250
/** A connection is silent when a reply is late by this much. */
const SILENT_MS = 1_500
const PAUSE_MS = 100
/** After how long a stream that could not be read is tried again. */
const RECHECK_MS = 1_000

export class StreamFollower {
  readonly #origin: Connection
  readonly #following = new Set<Following>()
  /** Streams that could not be read, and when to try again. */
  readonly #unreadable = new Map<string, number>()
  #connection: RedisClient | undefined
  #connectionId: string | undefined
  /** Whether a read can be ended from another connection. */
  #canWake: boolean
  #isSilent = false
  #repliedAt = 0
  #pause: { readonly timer: NodeJS.Timeout; readonly end: () => void } | undefined

  constructor(origin: Connection) {
    this.#origin = origin
    // A cluster has a connection to each server, and the one that reads cannot be named.
    this.#canWake = !origin.isCluster
  }

  /** Delivers what comes after a position; returns what ends it. */
  follow(stream: string, after: number, listener: StreamListener): () => void {
    const following: Following = { stream: this.#origin.fullKey(stream), cursor: after, listener }
    this.#following.add(following)
    if (this.#connection === undefined) void this.#run()
    else this.#wake()
    return () => {
      this.#following.delete(following)
      if (this.#following.size === 0) this.#end()
    }
  }

  async #run(): Promise<void> {
    let connection = this.#connect()
    const isOpen = (): boolean => this.#connection === connection
    while (isOpen()) {
      try {
        const hasMoved = await this.#read(connection)
        if (isOpen() && !hasMoved) await this.#rest()
      } catch (error) {
        if (!isOpen()) return
        if (this.#isLost(connection, error)) {
          connection.disconnect()
          connection = this.#connect()
          this.#tellSilence(error)
        }
        this.#connectionId = undefined
        await this.#rest()
      }
    }
  }

  #connect(): RedisClient {
    const connection = duplicate(this.#origin)
    this.#connection = connection
    this.#connectionId = undefined
    this.#repliedAt = performance.now()
    return connection
  }

  /** Whether a connection will not come back by itself. One that hangs while it greets the server says so by its status. */
  #isLost({ status }: RedisClient, error: unknown): boolean {
    if (error instanceof SilenceError || status === 'end') return true
    return status === 'connect' && performance.now() - this.#repliedAt > BLOCK_MS + SILENT_MS
  }

  #tellSilence(error: unknown): void {
    if (this.#isSilent || !(error instanceof SilenceError)) return
    this.#isSilent = true
    for (const { listener } of [...this.#following]) listener.failed?.(error)
  }

  /** Reads once; returns `false` when nothing was waited for, and nothing came of it. */
  async #read(connection: RedisClient): Promise<boolean> {
    const cursors = await this.#readable(connection)
    if (cursors.size === 0) return false
    if (this.#canWake) await this.#identify(connection)
    const blockMs = this.#canWake && this.#unreadable.size === 0 ? BLOCK_MS : SHORT_BLOCK_MS
    try {
      const replies = await withinMs(blockMs + SILENT_MS, readStreams(connection, cursors, blockMs))
      this.#repliedAt = performance.now()
      this.#isSilent = false
      return replies.size === 0 || this.#deliver(replies)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      // One of them, or all: each is asked by itself.
      for (const stream of cursors.keys()) this.#unreadable.set(stream, this.#unreadable.get(stream) ?? 0)
      return true
    }
  }

  /** Where to read on, without the streams that cannot be read. */
  async #readable(connection: RedisClient): Promise<Map<string, number>> {
    const cursors = new Map<string, number>()
    // Several may follow one stream; the one that is behind decides where it is read from.
    for (const { stream, cursor } of this.#following)
      cursors.set(stream, Math.min(cursor, cursors.get(stream) ?? cursor))
    for (const [stream, recheckAt] of [...this.#unreadable]) {
      const cursor = cursors.get(stream)
      if (cursor === undefined) this.#unreadable.delete(stream)
      else if (recheckAt > performance.now() || !(await this.#isReadable(connection, stream, cursor))) {
        cursors.delete(stream)
      }
    }
    return cursors
  }

  async #isReadable(connection: RedisClient, stream: string, cursor: number): Promise<boolean> {
    try {
      await withinMs(SILENT_MS, readStreams(connection, new Map([[stream, cursor]]), undefined))
      this.#unreadable.delete(stream)
      return true
    } catch (error) {
      if (!isUnreadable(error)) throw error
      const isNew = this.#unreadable.get(stream) === 0
      this.#unreadable.set(stream, performance.now() + RECHECK_MS)
      if (isNew) for (const one of [...this.#following]) if (one.stream === stream) one.listener.failed?.(error)
      return false
    }
  }

  /** Says whether anybody has come further: an entry that nobody takes must not be read in a loop. */
  #deliver(replies: ReadonlyMap<string, readonly StreamEntry[]>): boolean {
    let hasMoved = false
    for (const [stream, entries] of replies) {
      for (const following of [...this.#following]) {
        if (following.stream !== stream) continue
        for (const entry of entries) {
          if (entry.position <= following.cursor || !this.#following.has(following)) continue
          hasMoved = true
          following.cursor = entry.position
          following.listener.entry(entry)
        }
      }
    }
    return hasMoved
  }

  async #identify(connection: RedisClient): Promise<void> {
    if (this.#connectionId !== undefined) return
    try {
      this.#connectionId = String(await withinMs(SILENT_MS, connection.call('CLIENT', 'ID')))
    } catch (error) {
      if (!isUnreadable(error)) throw error
      this.#canWake = false
    }
  }

  /** A new stream shall not wait until the present read ends. */
  #wake(): void {
    const id = this.#connectionId
    this.#pause?.end()
    if (id === undefined || !this.#canWake) return
    this.#origin.call('CLIENT', 'UNBLOCK', id).catch((error: unknown) => {
      if (isUnreadable(error)) this.#canWake = false
    })
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
    this.#unreadable.clear()
    this.#pause?.end()
  }
}
