/**
 * Waits until this process's view has come to a caller's token, so that the caller reads what was written before it.
 *
 * A token of the view's epoch is waited for by the stream. One of another epoch needs a question to the log: it may be
 * of an older life of it, or of a newer one that this process has not heard of yet. One of a log that a process has for
 * itself is never reached elsewhere.
 */
import type { Mark, MaybePromise } from '@hotpath/contract'
import { chain, isPromise } from '../../time/chain.ts'
import { QUEUED } from '../../view/log-view.ts'
import { ALONE } from '../../view/process-log.ts'
import { CatchUp } from './catch-up.ts'
import { SharedHead } from './shared-head.ts'
import { type ViewContext, markOf } from './view-state.ts'

export class TokenReach {
  readonly #context: ViewContext
  readonly #head: SharedHead
  readonly #readers: CatchUp

  constructor(context: ViewContext) {
    const { log, clock } = context
    this.#context = context
    this.#head = new SharedHead(log, clock)
    this.#readers = new CatchUp({ clock, hasReached: (position) => this.#logHasReached(position) })
  }

  /**
   * Waits until every record up to a token is known here; `false` when that cannot be had.
   *
   * @param aloneEpoch - Of the log that stands in for the shared one, if one does.
   */
  reach(token: Mark, aloneEpoch: string | undefined): MaybePromise<boolean> {
    /* rule: token-of-queued */
    if (token.epoch === QUEUED.epoch) return false
    const mirrored = markOf(this.#context.state)
    if (mirrored === undefined || token.epoch.startsWith(ALONE)) return token.epoch === aloneEpoch
    if (mirrored.epoch === token.epoch) return /* rule: wait-for-token */ this.#reachPosition(token.position)
    try {
      const answer = chain(this.#head.ask(), ({ epoch }) => this.#reachEpoch(token, epoch))
      return isPromise(answer) ? this.#readers.within(answer) : answer
    } catch {
      return false
    }
  }

  /** The cursor may have moved. */
  moved(): void {
    this.#readers.reached(this.#context.state.cursor)
  }

  /** Idempotent. */
  close(): void {
    this.#readers.close()
  }

  /** @param epoch - Of the log, as it has just said. */
  #reachEpoch(token: Mark, epoch: string): MaybePromise<boolean> {
    const present = markOf(this.#context.state)
    if (present?.epoch === epoch) return this.#isOlder(token)
    // Whoever heard of it first has begun a new mirror.
    if (present !== undefined) this.#context.report({ type: 'stale' })
    return this.#reachPosition(epoch === token.epoch ? token.position : 0)
  }

  /**
   * Whether a token is of an older life than the one that the log is still in: then all that is valid here was loaded
   * after it. While a replica takes over from a server that still answers us, it may be of the replica's life: then only
   * a load can tell. Positions of a server's lives grow with its clock; other logs have one life at a time.
   */
  #isOlder({ position }: Mark): boolean {
    const { log, state } = this.#context
    return log.heartbeatMs === undefined || position <= state.first
  }

  #reachPosition(position: number): MaybePromise<boolean> {
    const { positions, cursor } = this.#context.state
    return /* rule: token-by-cursor */ positions !== undefined && cursor >= position
      ? true
      : this.#readers.wait(position)
  }

  async #logHasReached(position: number): Promise<boolean> {
    const { epoch } = this.#context.state
    const head = await this.#head.ask()
    return head.epoch !== epoch || head.position >= position
  }
}
