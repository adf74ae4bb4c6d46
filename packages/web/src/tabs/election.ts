/**
 * One leader among the tabs of a profile.
 *
 * The leader holds a lock inside its callback, so a tab that closes or crashes is replaced at once. One that hangs keeps
 * its lock: a watchdog steals it, and then two tabs could believe that they lead. So holding the lock is not enough:
 *
 * - A *term* is what the leader may rely on without asking: half of the watchdog's time from the moment *before* it asked the
 *   browser whether the lock is its own. At a steal the lock was its own no longer, so no term ends later than half of
 *   the watchdog's time after it.
 * - A thief waits for as long before it leads, and announces the steal first, so that others that get the lock wait too.
 *
 * Both measure with the monotonic clock of one machine. Nothing leans on how fast messages or the rejection of a
 * stolen lock arrive, and a tab that hung for an hour finds its term ended by the time alone (leases: Gray and Cheriton,
 * "Leases", 1989). Timers of hidden tabs fire once a minute, so silence alone is no reason to steal: the leader is asked
 * first, as messages are not throttled, and a tab whose own timers came late begins to count again.
 */
import type { Clock } from '@hotpath/contract'
import type { TabLocks } from './platform.ts'

/** Timers of a hidden tab that come once a second are not late. */
const AWAY_MS = 2_000

/** What tabs of an election say to each other. */
export type ElectionMessage =
  /** The leader lives. */
  | 'beat'
  /** Does it? */
  | 'ping'
  /** The lock is about to be stolen. */
  | 'steal'

/** What an election works with. */
export interface ElectionOptions {
  readonly name: string
  /** Unique among tabs. */
  readonly id: string
  readonly locks: TabLocks
  readonly clock: Clock
  readonly watchdogMs: number
  /** To the other tabs; `undefined` where there is no channel: a leader that hangs is not replaced then. */
  readonly send: ((message: ElectionMessage) => void) | undefined
  readonly changed: (isLeader: boolean) => void
}

/** The part of one tab. */
export class Election {
  readonly #options: ElectionOptions
  readonly #lock: string
  /**
   * A lock of this tab alone, by which it finds its own name among those that hold locks. Held while it holds the other one, and not
   * longer: Firefox keeps no page with a lock in its back/forward cache.
   */
  readonly #ownLock: string
  readonly #halfMs: number
  #waiting: AbortController | undefined
  #release: (() => void) | undefined
  /** It holds the lock, and has waited for the term of whom it was stolen from. */
  #leads = false
  /** `changed(true)` was called. */
  #isAnnounced = false
  #termEndsAt = Number.NEGATIVE_INFINITY
  #heardAt = 0
  #stolenAt = Number.NEGATIVE_INFINITY
  #pingedAt: number | undefined
  #tickedAt = 0
  #cancelTick: () => void = () => {}
  #cancelWait: () => void = () => {}

  constructor(options: ElectionOptions) {
    this.#options = options
    this.#lock = `hotpath:${options.name}`
    this.#ownLock = `${this.#lock}:${options.id}`
    this.#halfMs = options.watchdogMs / 2
  }

  /** Whether this tab leads, beyond doubt. */
  get isLeader(): boolean {
    return this.#options.clock.monotonic() < this.#termEndsAt
  }

  /** Takes part. */
  stand(): void {
    if (this.#waiting !== undefined) return
    this.#tickedAt = this.#listen()
    this.#request({})
    this.#tick()
  }

  /** Leaves the lead, or the queue for it, to others. */
  resign(): void {
    this.#cancelTick()
    this.#lose()
    this.#waiting?.abort()
    this.#waiting = undefined
  }

  /** Asks the browser whether this tab leads, and begins a new term if so. Never rejects. */
  async renew(): Promise<boolean> {
    const askedAt = this.#options.clock.monotonic()
    const { held = [] } = await this.#options.locks.query().catch(() => ({ held: [] }))
    const holderOf = (lock: string): string | undefined => held.find(({ name }) => name === lock)?.clientId
    const holder = holderOf(this.#lock)
    if (!this.#leads || holder === undefined || holder !== holderOf(this.#ownLock)) return false
    this.#termEndsAt = Math.max(this.#termEndsAt, askedAt + this.#halfMs)
    this.#options.send?.('beat')
    if (!this.#isAnnounced && this.isLeader) {
      this.#isAnnounced = true
      this.#options.changed(true)
    }
    return this.isLeader
  }

  /** Takes in what another tab said, an {@link ElectionMessage} if that tab is of this version. */
  hear(message: unknown): void {
    if (message === 'ping' && this.#leads) void this.renew()
    if (message === 'beat') this.#listen()
    if (message === 'steal') this.#stolenAt = this.#listen()
  }

  /** From now on the leader has been silent. */
  #listen(): number {
    this.#pingedAt = undefined
    this.#heardAt = this.#options.clock.monotonic()
    return this.#heardAt
  }

  #request({ steal = false }: { readonly steal?: boolean }): void {
    const waiting = new AbortController()
    this.#waiting = waiting
    const { locks } = this.#options
    // A lock that is stolen is not waited for, and cannot be called off.
    const granted = locks.request(this.#lock, steal ? { steal } : { signal: waiting.signal }, () =>
      this.#hold(waiting, steal),
    )
    void granted
      .catch(() => {})
      .then(() => {
        if (this.#waiting !== waiting) return
        // Stolen by another tab, or refused: in the queue again.
        this.resign()
        this.#cancelTick = this.#options.clock.after(this.#halfMs / 2, () => this.stand())
      })
  }

  /** Runs while the lock is held. */
  #hold(waiting: AbortController, isStolen: boolean): Promise<void> {
    const { clock, locks } = this.#options
    if (this.#waiting !== waiting) return Promise.resolve()
    const held = new Promise<void>((resolve) => {
      this.#release = resolve
    })
    locks.request(this.#ownLock, {}, () => held).catch(() => {})
    const stolenAt = isStolen ? clock.monotonic() : this.#stolenAt
    const lead = (): void => {
      this.#leads = true
      void this.renew()
    }
    const waitMs = stolenAt + this.#halfMs - clock.monotonic()
    if (waitMs > 0) this.#cancelWait = clock.after(waitMs, lead)
    else lead()
    return held
  }

  #lose(): void {
    this.#cancelWait()
    // Before the lock is free.
    this.#leads = false
    this.#termEndsAt = Number.NEGATIVE_INFINITY
    this.#release?.()
    this.#release = undefined
    if (!this.#isAnnounced) return
    this.#isAnnounced = false
    this.#options.changed(false)
  }

  #tick(): void {
    const { clock, watchdogMs, send } = this.#options
    this.#cancelTick()
    this.#cancelTick = clock.after(watchdogMs / 4, () => this.#tick())
    const now = clock.monotonic()
    const wasAway = now - this.#tickedAt > Math.max(this.#halfMs, AWAY_MS)
    this.#tickedAt = now
    if (this.#release !== undefined) {
      if (this.#leads) void this.renew()
      return
    }
    if (send === undefined) return
    if (wasAway) {
      this.#listen()
    } else if (this.#pingedAt === undefined) {
      if (now - this.#heardAt < this.#halfMs) return
      this.#pingedAt = now
      send('ping')
    } else if (now - this.#pingedAt >= watchdogMs) {
      this.#steal(send)
    }
  }

  #steal(send: (message: ElectionMessage) => void): void {
    this.#listen()
    send('steal')
    const before = this.#waiting
    this.#request({ steal: true })
    before?.abort()
  }
}
