/** A server that all nodes share: log, entries and leases. Each request is one atomic step. */
import type { EntryFields, Invalidation, LogHead, LogPositions, LogRecord, Mark } from '@hotpath/contract'
import { type LogState, copyState, emptyState, positionsOf, raise } from './log-state.ts'
import type { World } from './world.ts'

export interface StoredEntry extends EntryFields {
  /** Instant from which its windows count. */
  readonly bornAt: number
}

export interface Snapshot extends LogHead {
  readonly positions: LogPositions
}

/** A record as it was accepted. */
export interface Accepted {
  readonly record: LogRecord
  readonly invalidation: Invalidation
  readonly server: Server
}

export interface ServerOptions {
  readonly world: World
  /** Records that the stream keeps. */
  readonly maxStream: number
  /** Whether another life begins a new epoch. */
  readonly checksLife: boolean
  accepted(accepted: Accepted): void
  epochBegan(epoch: string, server: Server): void
}

let servers = 0

export class Server {
  readonly life: string
  /** Whether it still answers. */
  alive = true
  readonly entries: Map<string, StoredEntry> = new Map()
  readonly #options: ServerOptions
  #state: LogState | undefined
  #stream: LogRecord[] = []
  readonly #readers = new Set<() => void>()
  readonly #subscribers = new Set<(record: LogRecord) => void>()
  readonly #leases = new Map<string, { readonly holder: string; until: number }>()
  #grants = 0

  constructor(options: ServerOptions, from?: Server) {
    this.#options = options
    this.life = `life${++servers}`
    if (from === undefined) return
    this.#state = from.#state && copyState(from.#state)
    this.#stream = [...from.#stream]
    for (const [key, entry] of from.entries) this.entries.set(key, entry)
  }

  get epoch(): string | undefined {
    return this.#state?.epoch
  }

  head(): LogHead {
    const { epoch, last } = this.#open()
    return { epoch, life: this.life, position: last }
  }

  snapshot(): Snapshot {
    const state = this.#open()
    return { epoch: state.epoch, life: this.life, position: state.last, positions: positionsOf(state) }
  }

  append(invalidations: readonly Invalidation[]): Mark {
    const state = this.#open()
    for (const invalidation of invalidations) {
      const position = state.last + 1 + this.#options.world.random.int(2)
      const record: LogRecord = { ...invalidation, epoch: state.epoch, position, previous: state.last }
      state.last = position
      raise(state, record)
      this.#stream.push(record)
      if (this.#stream.length > this.#options.maxStream) this.trim(this.#options.maxStream)
      this.#options.accepted({ record, invalidation, server: this })
      for (const tell of this.#subscribers) tell(record)
    }
    for (const wake of [...this.#readers]) wake()
    return { epoch: state.epoch, position: state.last }
  }

  /** Records after a position, as soon as there are any. */
  read(after: number, blockMs: number): Promise<readonly LogRecord[]> {
    const records = (): LogRecord[] => this.#stream.filter(({ position }) => position > after)
    return new Promise((resolve) => {
      const wake = (): void => {
        if (isOver && records().length === 0) return resolve([])
        if (records().length === 0) return
        this.#readers.delete(wake)
        cancel()
        resolve(records())
      }
      let isOver = false
      const cancel = this.#options.world.after(blockMs, 'server ends a read', () => {
        isOver = true
        this.#readers.delete(wake)
        wake()
      })
      this.#readers.add(wake)
      wake()
    })
  }

  /** Tells of every record from now on. */
  subscribe(tell: (record: LogRecord) => void): () => void {
    this.#subscribers.add(tell)
    return () => void this.#subscribers.delete(tell)
  }

  store(key: string, entry: StoredEntry): void {
    const stored = this.entries.get(key)
    if (
      stored !== undefined &&
      /* rule: write-across-epochs */ stored.epoch === entry.epoch &&
      stored.asOf > entry.asOf
    )
      return
    this.entries.set(key, entry)
  }

  remove(key: string, below: Mark | undefined): void {
    const stored = this.entries.get(key)
    if (below === undefined || stored?.epoch !== below.epoch || stored.asOf < below.position) this.entries.delete(key)
  }

  acquire(key: string, holder: string, ttlMs: number): number | undefined {
    const { world } = this.#options
    const lease = this.#leases.get(key)
    if (lease !== undefined && world.now < lease.until) return undefined
    this.#leases.set(key, { holder, until: world.now + ttlMs })
    return ++this.#grants
  }

  renew(key: string, holder: string, ttlMs: number): boolean {
    const lease = this.#leases.get(key)
    const { now } = this.#options.world
    if (lease?.holder !== holder || now >= lease.until) return false
    lease.until = now + ttlMs
    return true
  }

  release(key: string, holder: string): void {
    if (this.#leases.get(key)?.holder === holder) this.#leases.delete(key)
  }

  isHeld(key: string): boolean {
    return this.#options.world.now < (this.#leases.get(key)?.until ?? 0)
  }

  /** The state of the log is evicted, the stream is not. */
  loseState(): void {
    this.#state = undefined
  }

  /** All but the last records of the stream are gone. */
  trim(length: number): void {
    this.#stream = length === 0 ? [] : this.#stream.slice(-length)
  }

  flush(): void {
    this.loseState()
    this.trim(0)
    this.entries.clear()
    this.#leases.clear()
  }

  #open(): LogState {
    const { world, checksLife } = this.#options
    const known = this.#state
    if (known !== undefined && /* rule: new-life */ (known.life === this.life || !checksLife)) return known
    this.trim(0)
    const epoch = /* rule: new-epoch */ `e${Math.floor(world.random() * 36 ** 6).toString(36)}`
    // A clock of its own, a counter that goes on, or one that begins anew.
    const last = world.random.pick([0, known?.last ?? 0, Math.floor(world.now), Math.floor(world.random() * 200)])
    this.#state = emptyState(epoch, this.life, last)
    this.#options.epochBegan(epoch, this)
    return this.#state
  }
}
