/**
 * The view of a log that is on its way. Until it is there nothing is valid and nothing is stored, as while any view
 * is being made; reads wait for it as long as a tier may take, and what is invalidated meanwhile is appended first of all.
 *
 * A view of this process may stand in for it, and is replaced when it comes: no judgement outlives that, and what was
 * invalidated under it is appended then.
 */
import {
  ClosedError,
  type Invalidation,
  LogError,
  type Mark,
  type MaybePromise,
  type Clock,
  isHotpathError,
  timeLimit,
  within,
} from '@hotpath/contract'
import { type Judgement, type LogView, QUEUED, type RecordStream, type Subject } from '../view/log-view.ts'

/** What a view that is on its way needs of the cache. */
export interface DeferredHost {
  readonly clock: Clock
  elapsed(): number
}

/** Records of one append, until the log says how many it takes. */
const MAX_RECORDS = 1_000
/** How long a caller waits for what it invalidates, as with any log. */
const APPEND_MS = 5_000

/** An append that waits for the view. */
interface Waiting {
  readonly invalidations: readonly Invalidation[]
  readonly run: (view: LogView) => void
  readonly reject: (reason: unknown) => void
}

export class DeferredView implements LogView {
  readonly followers: LogView['followers'] = new Set()
  readonly #host: DeferredHost
  readonly #waiting = new Set<Waiting>()
  /** What callers do not wait for, or no more, to be appended all the same. */
  #left: readonly Invalidation[] = []
  readonly #cancelLimit: () => void
  /** What waits for the view; `undefined` when nobody is to wait any more. */
  #arrival:
    | { readonly promise: Promise<boolean>; readonly resolve: (isThere: MaybePromise<boolean>) => void }
    | undefined
  #view: LogView | undefined
  #isStandIn = false
  /** No view before this one has counted as far. */
  #base = 0
  /** Grows with what is appended before the view is there. */
  #changes = 0
  #isEnded = false

  /** @param late - The view was not there within the limit; called once. */
  constructor(host: DeferredHost, limitMs: number, late: () => void) {
    this.#host = host
    let resolve!: (isThere: MaybePromise<boolean>) => void
    const promise = new Promise<boolean>((settle) => {
      resolve = settle
    })
    this.#arrival = { promise, resolve }
    this.#cancelLimit = timeLimit(host.clock, limitMs, () => {
      this.#arrive(false)
      late()
    })
  }

  /**
   * The view is there, and has begun already where it has to.
   *
   * @param isStandIn - It is of this process, and takes the place of the one that is on its way.
   */
  use(view: LogView, isStandIn = false): void {
    this.#base = 1 + Math.max(this.version, this.changes, this.generation)
    this.#view = view
    this.#isStandIn = isStandIn
    view.followers.add((record) => {
      for (const follower of this.followers) follower(record)
    })
    if (this.#isEnded) view.end()
    if (isStandIn) for (const { invalidations } of this.#waiting) this.#keep(invalidations)
    else {
      const left = this.#left
      this.#left = []
      if (left.length > 0) void appendTo(view, left, true).catch(() => {})
    }
    for (const { run } of this.#waiting) run(view)
    this.#waiting.clear()
    this.#arrive(view.beginning() ?? view.isThere)
  }

  /** It will not come any more. Idempotent. */
  close(): void {
    const closed = new ClosedError('ERR_CACHE_CLOSED', 'The cache was closed before its log was loaded.')
    for (const { reject } of this.#waiting) reject(closed)
    this.#waiting.clear()
    this.#arrive(false)
  }

  get version(): number {
    return this.#base + (this.#view?.version ?? 0)
  }

  get changes(): number {
    return this.#base + this.#changes + (this.#view?.changes ?? 0)
  }

  get generation(): number {
    return this.#base + (this.#view?.generation ?? 0)
  }

  get offlineAt(): number {
    return this.#view?.offlineAt ?? (this.#isEnded ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
  }

  get isThere(): boolean {
    return this.#view?.isThere ?? false
  }

  get stream(): RecordStream | undefined {
    return this.#view?.stream
  }

  get maxRecords(): number {
    return this.#view?.maxRecords ?? MAX_RECORDS
  }

  isOwn(record: Invalidation & Mark): boolean {
    return this.#view?.isOwn(record) ?? false
  }

  mark(): Mark | undefined {
    return this.#view?.mark()
  }

  beginning(): Promise<boolean> | undefined {
    return this.#view === undefined ? this.#arrival?.promise : this.#view.beginning()
  }

  isBlind(): boolean {
    return this.#view?.isBlind() ?? true
  }

  isOffline(): boolean {
    return this.#view?.isOffline() ?? this.#isEnded
  }

  isTooOld(at: number): boolean {
    return this.#view?.isTooOld(at) ?? false
  }

  judge(key: string, subject: Subject, after?: number): Judgement {
    return this.#view?.judge(key, subject, after) ?? 'outdated'
  }

  isDue(): boolean {
    return this.#view?.isDue() ?? false
  }

  append(invalidations: readonly Invalidation[], queue: boolean): MaybePromise<readonly Mark[]> {
    if (this.#isStandIn) this.#keep(invalidations)
    if (this.#view !== undefined) return this.#view.append(invalidations, queue)
    // Nobody joins a load from before.
    this.#changes++
    let waiting!: Waiting
    const appended = new Promise<readonly Mark[]>((resolve, reject) => {
      waiting = { invalidations, run: (view) => resolve(appendTo(view, invalidations, queue)), reject }
      this.#waiting.add(waiting)
    })
    const expired = (): LogError => {
      if (this.#waiting.delete(waiting)) this.#keep(invalidations)
      return notThere()
    }
    return within(appended, { clock: this.#host.clock, limitMs: APPEND_MS, expired, hold: true }).catch((error) => {
      if (!queue || !isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) throw error
      return invalidations.map(() => QUEUED)
    })
  }

  /** What is too much to be kept becomes one record that concerns all. */
  #keep(invalidations: readonly Invalidation[]): void {
    const left = [...this.#left, ...invalidations]
    this.#left = left.length > MAX_RECORDS ? [{ scope: { type: 'all' }, strength: 'hard' }] : left
  }

  atMost(mark: Mark): Mark {
    return this.#view?.atMost(mark) ?? mark
  }

  catchUp(token: Mark): MaybePromise<number | undefined> {
    // What others have written since is not known here.
    if (this.#isStandIn && token.epoch !== this.mark()?.epoch) return undefined
    return this.#view?.catchUp(token)
  }

  notStored(key: string, tags: readonly string[], isUnseen: boolean): void {
    this.#view?.notStored(key, tags, isUnseen)
  }

  failureOf(method: string, error: unknown): unknown {
    return this.#view === undefined ? error : this.#view.failureOf(method, error)
  }

  async idle(): Promise<unknown> {
    if (this.#waiting.size > 0) await this.#arrival?.promise
    return this.#view?.idle()
  }

  elapsed(): number {
    return this.#host.elapsed()
  }

  end(): void {
    this.#isEnded = true
    this.#view?.end()
  }

  #arrive(isThere: MaybePromise<boolean>): void {
    this.#cancelLimit()
    this.#arrival?.resolve(isThere)
    this.#arrival = undefined
  }
}

async function appendTo(
  view: LogView,
  invalidations: readonly Invalidation[],
  queue: boolean,
): Promise<readonly Mark[]> {
  return view.append(invalidations, queue)
}

function notThere(): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    `The code of the invalidation log was not loaded within ${APPEND_MS} ms. What was invalidated holds in this process, and is appended once the log is there. Pass \`queue: true\`, to the call or to \`createCache\`, to go on without the log.`,
  )
}
