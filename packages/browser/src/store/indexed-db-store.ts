/**
 * A store of entries in IndexedDB: one record for each. Writes of 50 ms go into one transaction, and reads of one turn too.
 *
 * Entries outlive the page, and only wall time does: when the clock was set back, everything stored is dead.
 */
import {
  type Entry,
  type LogRecord,
  type Mark,
  type PurgeOptions,
  type TierContext,
  type TierStore,
  type TierUsage,
} from '@hotpath/contract'
import type { Lifecycle } from '@hotpath/web'
import type { Database } from '@hotpath/web/database'
import { ENTRIES, LEDGER, META } from '../database/stores.ts'
import type { LedgerRow } from '../quota/ledger.ts'
import { readPages } from '../quota/pages.ts'
import type { ValueCipher } from './cipher.ts'
import { Announced } from './announced.ts'
import { closingInTime } from './closing.ts'
import { EntryReader } from './entry-reader.ts'
import { LogBound } from './log-bound.ts'
import { inTasks } from './next-task.ts'
import { purgeRecords } from './purge.ts'
import { readMany } from './read-many.ts'
import type { Moment } from './record.ts'
import { WallClock } from './wall-clock.ts'
import { encrypted, type EntryWrite, writeOf } from './entry-write.ts'
import { WALL } from './write.ts'
import { WriteWindow } from './write-window.ts'
import { Writer } from './writer.ts'

type Entries = readonly (readonly [key: string, entry: Entry])[]

/** Entries that are looked through in one task, which is some milliseconds of a slow machine. */
const MAX_IN_TASK = 200

/** What a store works with. */
export interface IndexedDbStoreOptions {
  readonly database: Database
  readonly context: TierContext
  /** Budget of this store; an estimate. */
  readonly maxBytes: number
  readonly windowMs: number
  /** How long a read may take. Default: as long as it takes. */
  readonly readMs?: number | undefined
  readonly lifecycle: Pick<Lifecycle, 'state' | 'on'>
  /** Keys that are never stored. */
  readonly isMemoryOnly: (key: string) => boolean
  readonly cipher: ValueCipher | undefined
  /** Reads where the log is. */
  readonly readHead: () => Promise<Mark>
  /** Called when it is closed. */
  readonly closed: () => Promise<void>
}

export class IndexedDbStore implements TierStore {
  readonly sync = false
  readonly shared = true
  readonly #options: IndexedDbStoreOptions
  readonly #wall: WallClock
  readonly #bound: LogBound
  readonly #announced: Announced
  readonly #reader: EntryReader
  readonly #writer: Writer
  readonly #window: WriteWindow<EntryWrite>
  readonly #stopFollowing: () => void
  #opening: Promise<void> | undefined
  /** How often the clock was set back. */
  #clears = 0
  #closing: Promise<void> | undefined
  #isDiscarded = false

  constructor(options: IndexedDbStoreOptions) {
    this.#options = options
    const { database, context, lifecycle } = options
    this.#wall = new WallClock(
      () => context.clock.now(),
      () => this.#setBack(),
    )
    this.#bound = new LogBound(options.readHead)
    this.#announced = new Announced(context.clock, lifecycle, options.readMs)
    this.#reader = new EntryReader({
      context,
      cipher: options.cipher,
      bound: this.#bound,
      moment: () => this.#moment(),
      clears: () => this.#clears,
      used: (key, at) => this.#writer.ledger.use(key, at),
      drop: (key, below) => this.delete([key], below).catch(() => {}),
    })
    this.#writer = new Writer({
      database,
      maxBytes: options.maxBytes,
      now: () => this.#wall.read(),
      elapsed: () => context.elapsed(),
      random: context.random ?? Math.random,
      evicted: (key, reason) => context.evicted(key, reason),
      fault: (error) => context.fault(error),
    })
    this.#window = new WriteWindow({
      clock: context.clock,
      windowMs: options.windowMs,
      isHidden: () => lifecycle.state !== 'visible',
      send: (writes) => this.#writer.write(writes),
    })
    this.#stopFollowing = lifecycle.on('*', ({ type }) => {
      if (type === 'hidden' || type === 'frozen' || type === 'pagehide') this.#window.send()
    })
  }

  async get(key: string): Promise<Entry | undefined> {
    const [entry] = await this.#announced.whenThere([key], async () => [await this.#read(key)])
    return entry
  }

  getMany(keys: readonly string[]): Promise<readonly (Entry | undefined)[]> {
    return this.#announced.whenThere(keys, (some) => this.#readMany(some))
  }

  async #readMany(keys: readonly string[]): Promise<readonly (Entry | undefined)[]> {
    const { database, isMemoryOnly } = this.#options
    this.#window.send()
    const clears = this.#clears
    const stored = keys.filter((key) => !isMemoryOnly(key))
    const [found] = await Promise.all([readMany(database, stored, this.#writer.ledger), this.#open()])
    return this.#reader.entriesOf(keys.map((key) => ({ key, stored: found.get(key), clears })))
  }

  /** As `get`, without counting it as used. */
  peek(key: string): Promise<Entry | undefined> {
    return this.#read(key, false)
  }

  set(key: string, entry: Entry): Promise<void> {
    return this.setMany([[key, entry]])
  }

  async setMany(entries: Entries): Promise<void> {
    await inTasks(entries, MAX_IN_TASK, (some) => this.#setSome(some))
  }

  async #setSome(entries: Entries): Promise<void> {
    const { cipher, context, isMemoryOnly, maxBytes } = this.#options
    const terms = { context, maxBytes, moment: this.#moment() }
    const writes: EntryWrite[] = []
    for (const [key, entry] of entries) {
      if (!isMemoryOnly(key) && !this.#isDiscarded && !this.#writer.isFull) writes.push(writeOf(key, entry, terms))
    }
    const isAwaited = entries.some(([key, entry]) => this.#announced.isArrival(key, entry))
    await this.#write(
      cipher === undefined ? writes : await Promise.all(writes.map((write) => encrypted(write, cipher))),
      isAwaited,
    )
  }

  async delete(keys: readonly string[], below?: Mark): Promise<void> {
    if (keys.length > 0) await this.#write([{ type: 'delete', keys, below }])
  }

  async #write(writes: readonly EntryWrite[], isAwaited = false): Promise<void> {
    if (writes.length > 0 && !this.#isDiscarded) await this.#window.add(writes, isAwaited)
  }

  async clear(): Promise<void> {
    this.#window.send()
    await this.#options.database.transaction([ENTRIES, LEDGER, META], async (transaction) => {
      await Promise.all([
        transaction.clear(ENTRIES),
        transaction.clear(LEDGER),
        transaction.put(META, WALL, this.#wall.highest),
      ])
    })
    this.#writer.ledger.forget()
  }

  async purge({ isDead }: PurgeOptions): Promise<number> {
    await this.#window.flush()
    const dead = await purgeRecords(this.#options.database, this.#moment(), isDead)
    await this.delete(dead)
    return dead.length
  }

  async usage(): Promise<TierUsage> {
    const { size } = await this.rows()
    return { entries: size, bytes: this.#writer.ledger.bytes }
  }

  /** What is stored, as the ledger knows it by now. */
  async rows(): Promise<ReadonlyMap<string, LedgerRow>> {
    await this.#window.flush()
    const { ledger } = this.#writer
    await this.#options.database.transaction([LEDGER], (transaction) => readPages(ledger, transaction), {
      mode: 'readonly',
    })
    return ledger.rows
  }

  /** The log has a record. */
  logHas(record: LogRecord): void {
    const { scope } = record
    // What is for memory alone never comes.
    if (scope.type !== 'key' || !this.#options.isMemoryOnly(scope.key)) this.#announced.heard(record)
  }

  /** The log has come this far. */
  logReached(mark: Mark): void {
    this.#bound.reached(mark)
  }

  /** Whether nothing is stored for now, as there is no room. */
  get isFull(): boolean {
    return this.#writer.isFull
  }

  /** Evicts some of what is there. Never rejects. */
  makeRoom(): Promise<void> {
    return this.#writer.makeRoom()
  }

  /** From here on nothing is written any more, not even what waits. */
  discard(): void {
    this.#isDiscarded = true
    this.#stopFollowing()
    this.#window.discard()
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    this.#announced.close()
    this.#stopFollowing()
    const { context, closed } = this.#options
    await closingInTime(this.#window.flush(), context)
    await closingInTime(closed(), context)
  }

  async #read(key: string, counts = true): Promise<Entry | undefined> {
    const { database, isMemoryOnly } = this.#options
    if (isMemoryOnly(key)) return undefined
    // Transactions of one store run in the order in which they are made.
    this.#window.send()
    const clears = this.#clears
    const [stored] = await Promise.all([database.get(ENTRIES, key), this.#open()])
    return this.#reader.entryOf({ key, stored, clears, counts })
  }

  /** Reads what earlier pages have seen of the wall clock, beside the first read. */
  #open(): Promise<void> {
    this.#opening ??= this.#options.database.get(META, WALL).then(
      (wall) => this.#wall.saw(wall),
      (error: unknown) => {
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  #setBack(): void {
    this.#clears++
    void this.clear().catch(() => {})
  }

  #moment(): Moment {
    return { elapsed: this.#options.context.elapsed(), wall: this.#wall.read() }
  }
}
