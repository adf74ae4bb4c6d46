/** Errors that nobody caught: by default they end a process, so they decide a race. */
import { type Deferred, deferred } from '@hotpath/testkit'

export class Strays {
  #running: Deferred<unknown> = deferred<unknown>()

  constructor() {
    const told = (error: unknown): void => this.#running.resolve(error)
    process.on('uncaughtException', told)
    process.on('unhandledRejection', told)
  }

  /** Settles with the first that comes from now on. */
  next(): Promise<unknown> {
    this.#running = deferred<unknown>()
    return this.#running.promise
  }
}
