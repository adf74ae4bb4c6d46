/** Asks a log where it stands, once for all who want to know: who comes while a question is under way shares the next one. */
import type { Clock, InvalidationLog, LogHead, MaybePromise } from '@hotpath/contract'
import { isPromise } from '../../time/chain.ts'

/** An answer that takes longer is given up. */
const ASK_MS = 1_000

export class SharedHead {
  readonly #log: InvalidationLog
  readonly #clock: Clock
  #running: Promise<LogHead> | undefined
  #next: Promise<LogHead> | undefined

  constructor(log: InvalidationLog, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /** Where the log stands at some moment after the call. */
  ask(): MaybePromise<LogHead> {
    if (this.#running !== undefined) return (this.#next ??= this.#askNext(this.#running))
    const answer = this.#log.head()
    return isPromise(answer) ? this.#run(answer) : answer
  }

  async #askNext(running: Promise<LogHead>): Promise<LogHead> {
    await running.catch(() => {})
    this.#next = undefined
    return this.ask()
  }

  #run(answer: Promise<LogHead>): Promise<LogHead> {
    const running = new Promise<LogHead>((resolve, reject) => {
      const cancel = this.#clock.after(ASK_MS, () => end(() => reject(new Error('no answer in time'))))
      const end = (settle: () => void): void => {
        cancel()
        if (this.#running === running) this.#running = undefined
        settle()
      }
      answer.then(
        (head) => end(() => resolve(head)),
        (cause: Error) => end(() => reject(cause)),
      )
    })
    this.#running = running
    return running
  }
}
