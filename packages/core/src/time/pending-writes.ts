/** Writes under way: `close()` waits for them, and saves of one key take turns. Bounded by what callers have begun. */
import { type Clock, timeLimit } from '@hotpath/contract'

export class PendingWrites {
  readonly #writes = new Set<Promise<unknown>>()
  /** The last save of each key that is written through. */
  readonly #saves = new Map<string, Promise<unknown>>()

  /** Keeps a write in sight until it has ended. */
  track<Result>(write: Promise<Result>): Promise<Result> {
    this.#writes.add(write)
    const over = (): void => void this.#writes.delete(write)
    write.then(over, over)
    return write
  }

  /** Runs saves of one key one at a time, in the order of the calls. */
  inTurn<Result>(key: string, save: () => Promise<Result>): Promise<Result> {
    const before = this.#saves.get(key)
    const done = this.track(before === undefined ? save() : before.then(save, save))
    this.#saves.set(key, done)
    const over = (): void => void (this.#saves.get(key) === done && this.#saves.delete(key))
    done.then(over, over)
    return done
  }

  /**
   * When all have ended, and what else is waited for, or the time is over. The process is held meanwhile.
   *
   * @param also - Never rejects.
   */
  async settled(clock: Clock, limitMs: number, also: Promise<unknown>): Promise<void> {
    let cancel = (): void => {}
    const late = new Promise<void>((resolve) => {
      cancel = timeLimit(clock, limitMs, resolve)
    })
    const letExit = clock.hold?.()
    await Promise.race([Promise.allSettled([...this.#writes, also]), late])
    cancel()
    letExit?.()
  }
}
