/**
 * The view of a log that is on its way. Until it is there nothing is valid and nothing is stored, as while any view
 * is being made; reads wait for it as long as a tier may take, and what is invalidated meanwhile is appended first of all.
 *
 * A view of this process may stand in for it, also when it is lost later, and is replaced when it comes: no judgement
 * outlives that, and what was invalidated under it is appended then.
 */
import { type Clock, type Invalidation, type Mark, type MaybePromise, timeLimit } from '@hotpath/contract'
import { isPromise } from '../time/chain.ts'
import type { Judgement, LogView, RecordStream, Subject } from '../view/log-view.ts'
import { MAX_RECORDS, Unconfirmed } from './unconfirmed.ts'

/** What a view that is on its way needs of the cache. */
export interface DeferredHost {
  readonly clock: Clock
  elapsed(): number
}

export class DeferredView implements LogView {
  readonly followers: LogView['followers'] = new Set()
  readonly #host: DeferredHost
  readonly #unconfirmed = new Unconfirmed()
  readonly #cancelLimit: () => void
  /** What waits for the view; `undefined` when nobody is to wait any more. */
  #arrival:
    | { readonly promise: Promise<boolean>; readonly resolve: (isThere: MaybePromise<boolean>) => void }
    | undefined
  #view: LogView | undefined
  /** Of a view of this process: whether the one whose place it takes may come after all. */
  #mayCome: boolean | undefined
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
   * @param mayCome - It is of this process, and takes the place of the one that is on its way, or that will not come.
   */
  use(view: LogView, mayCome?: boolean): void {
    this.#base = 1 + Math.max(this.version, this.changes, this.generation)
    this.#view = view
    this.#mayCome = mayCome
    view.followers.add((record) => {
      for (const follower of this.followers) follower(record)
    })
    if (this.#isEnded) view.end()
    if (mayCome === true) this.#unconfirmed.standIn(view)
    else this.#unconfirmed.arrived(view)
    this.#arrive(view.beginning() ?? view.isThere)
  }

  /** It will not come any more. Idempotent. */
  close(): void {
    this.#unconfirmed.close()
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
    if (this.#mayCome === true) this.#unconfirmed.keep(invalidations)
    if (this.#view !== undefined) {
      const appended = this.#view.append(invalidations, queue)
      return isPromise(appended) ? this.#unconfirmed.untilConfirmed(appended, invalidations, queue) : appended
    }
    // Nobody joins a load from before.
    this.#changes++
    return this.#unconfirmed.untilThere(invalidations, queue, this.#host.clock)
  }

  atMost(mark: Mark): Mark {
    return this.#view?.atMost(mark) ?? mark
  }

  catchUp(token: Mark): MaybePromise<number | undefined> {
    // What others have written since is not known here.
    if (this.#mayCome !== undefined && token.epoch !== this.mark()?.epoch) return undefined
    return this.#view?.catchUp(token)
  }

  notStored(key: string, tags: readonly string[], isUnseen: boolean): void {
    this.#view?.notStored(key, tags, isUnseen)
  }

  failureOf(method: string, error: unknown): unknown {
    return this.#view === undefined ? error : this.#view.failureOf(method, error)
  }

  async idle(): Promise<unknown> {
    if (!this.#unconfirmed.isEmpty) await this.#arrival?.promise
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
