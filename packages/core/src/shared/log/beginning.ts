/**
 * The wait for the view of a shared log while it is being made: in the first moments of a process, and after a
 * reconnect. It has one bound for all, so that nobody waits longer than a look-up may take. After one that failed
 * nobody waits, until there has been a view again.
 */
import { type Clock, timeLimit } from '@hotpath/contract'

interface Wait {
  readonly promise: Promise<boolean>
  readonly resolve: (isThere: boolean) => void
  readonly letExit: (() => void) | undefined
}

export class Beginning {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #failed: () => void
  #isOpen = false
  #wait: Wait | undefined
  #cancel: (() => void) | undefined

  /** @param failed - No view within the limit, or none at all. */
  constructor(clock: Clock, limitMs: number, failed: () => void) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#failed = failed
  }

  /** A view is being made. */
  start(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#cancel = timeLimit(this.#clock, this.#limitMs, () => this.end(false))
  }

  /** Resolves to whether the view is there; `undefined` when there is nothing to wait for. Never rejects. */
  wait(): Promise<boolean> | undefined {
    if (!this.#isOpen) return undefined
    this.#wait ??= this.#newWait()
    return this.#wait.promise
  }

  /** The view is there, or nobody is to wait for it any more. */
  end(isThere: boolean): void {
    const wait = this.#close()
    if (!isThere) this.#failed()
    wait?.resolve(isThere)
  }

  /** Idempotent. */
  close(): void {
    this.#close()?.resolve(false)
  }

  #newWait(): Wait {
    let resolve!: Wait['resolve']
    const promise = new Promise<boolean>((settle) => {
      resolve = settle
    })
    return { promise, resolve, letExit: this.#clock.hold?.() }
  }

  #close(): Wait | undefined {
    const wait = this.#wait
    this.#isOpen = false
    this.#cancel?.()
    this.#cancel = undefined
    this.#wait = undefined
    wait?.letExit?.()
    return wait
  }
}
