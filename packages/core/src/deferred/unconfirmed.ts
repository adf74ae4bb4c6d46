/**
 * What was invalidated and is not confirmed: callers that wait for a view of the log, or for what it says, and what nobody
 * waits for, to be appended all the same. A view that is lost need not confirm anything: the next one gets it too.
 */
import {
  ClosedError,
  type Clock,
  type Invalidation,
  LogError,
  type Mark,
  isHotpathError,
  within,
} from '@hotpath/contract'
import { type LogView, QUEUED } from '../view/log-view.ts'

/** Records of one append, until the log says how many it takes; so many are kept apart. */
export const MAX_RECORDS = 1_000
/** How long a caller waits for what it invalidates, as with any log. */
const APPEND_MS = 5_000

const EVERYTHING: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

/** An append that waits. */
interface Waiting {
  readonly invalidations: readonly Invalidation[]
  readonly run: (view: LogView) => void
  readonly close: (reason: unknown) => void
}

export class Unconfirmed {
  readonly #waiting = new Set<Waiting>()
  /** What callers do not wait for, or no more. */
  #left: readonly Invalidation[] = []
  /** Whether the view may have given up on something that it appends later. */
  #isUnsure = false

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** Appends once there is a view. Rejects with LogError `ERR_LOG_UNAVAILABLE` when that takes too long; it is kept then. */
  untilThere(invalidations: readonly Invalidation[], queue: boolean, clock: Clock): Promise<readonly Mark[]> {
    let waiting!: Waiting
    const appended = new Promise<readonly Mark[]>((resolve, reject) => {
      waiting = { invalidations, run: (view) => resolve(this.#confirmedBy(view, invalidations, queue)), close: reject }
      this.#waiting.add(waiting)
    })
    const expired = (): LogError => {
      if (this.#waiting.delete(waiting)) this.keep(invalidations)
      return notThere()
    }
    return within(appended, { clock, limitMs: APPEND_MS, expired, hold: true }).catch((error: unknown) => {
      if (!queue || !isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) throw error
      return invalidations.map(() => QUEUED)
    })
  }

  /** What a view says of an append, unless another one takes its place before. */
  untilConfirmed(
    appended: Promise<readonly Mark[]>,
    invalidations: readonly Invalidation[],
    queue: boolean,
  ): Promise<readonly Mark[]> {
    return new Promise((resolve, reject) => {
      const run: Waiting['run'] = (view) => resolve(this.#confirmedBy(view, invalidations, queue))
      const waiting: Waiting = { invalidations, run, close: () => {} }
      this.#waiting.add(waiting)
      const ended = (isSure: boolean): void => {
        if (this.#waiting.delete(waiting) && !isSure) this.#isUnsure = true
      }
      appended.then(
        (marks) => {
          ended(!marks.includes(QUEUED))
          resolve(marks)
        },
        (error: unknown) => {
          ended(!isHotpathError(error, 'ERR_LOG_UNAVAILABLE'))
          reject(error)
        },
      )
    })
  }

  /** That view may be lost, too. */
  #confirmedBy(view: LogView, invalidations: readonly Invalidation[], queue: boolean): Promise<readonly Mark[]> {
    return this.untilConfirmed(appendTo(view, invalidations, queue), invalidations, queue)
  }

  /** To be appended to the next view. What is too much becomes one record that concerns all. */
  keep(invalidations: readonly Invalidation[]): void {
    const left = [...this.#left, ...invalidations]
    this.#left = left.length > MAX_RECORDS ? [EVERYTHING] : left
  }

  /** A view of this process takes the place of the one that is away: callers go on, and the next view gets it all. */
  standIn(view: LogView): void {
    if (this.#isUnsure) this.keep([EVERYTHING])
    for (const { invalidations } of this.#waiting) this.keep(invalidations)
    this.#run(view)
  }

  /** The view is there: what nobody waits for comes first. */
  arrived(view: LogView): void {
    const left = this.#left
    this.#left = []
    this.#run(view, left)
  }

  /** No view will come. */
  close(): void {
    const closed = new ClosedError('ERR_CACHE_CLOSED', 'The cache was closed before its log was loaded.')
    for (const { close } of this.#waiting) close(closed)
    this.#waiting.clear()
  }

  #run(view: LogView, left: readonly Invalidation[] = []): void {
    this.#isUnsure = false
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    if (left.length > 0) void this.#confirmedBy(view, left, true).catch(() => {})
    for (const { run } of waiting) run(view)
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
