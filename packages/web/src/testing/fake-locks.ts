/** Web Locks of one browser, as far as tabs use them: exclusive, in order, and to be stolen. */
import type { TabLocks } from '../tabs/platform.ts'

interface Request {
  readonly name: string
  readonly client: string
  readonly run: () => Promise<void>
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** All locks of a fake browser. */
export class FakeLocks {
  readonly #held = new Map<string, Request>()
  readonly #queues = new Map<string, Request[]>()

  /** The locks as one tab sees them. */
  of(client: string): TabLocks {
    return {
      request: (name, { steal = false, signal }, run) =>
        new Promise<void>((resolve, reject) => {
          const request = { name, client, run, resolve, reject }
          if (signal?.aborted === true) return reject(signal.reason)
          const queue = this.#queueOf(name)
          if (steal) {
            this.#held.get(name)?.reject(new DOMException('The lock was stolen.', 'AbortError'))
            this.#held.delete(name)
            queue.unshift(request)
          } else {
            queue.push(request)
            signal?.addEventListener('abort', () => {
              if (!queue.includes(request)) return
              queue.splice(queue.indexOf(request), 1)
              reject(signal.reason)
            })
          }
          this.#grant(name)
        }),
      query: async () => ({ held: [...this.#held.values()].map(({ name, client }) => ({ name, clientId: client })) }),
    }
  }

  /** A tab is gone: its locks are free, and it waits for none. */
  drop(client: string): void {
    for (const [name, queue] of this.#queues) {
      this.#queues.set(
        name,
        queue.filter((request) => request.client !== client),
      )
      if (this.#held.get(name)?.client === client) this.#held.delete(name)
    }
    for (const name of this.#queues.keys()) this.#grant(name)
  }

  #queueOf(name: string): Request[] {
    const queue = this.#queues.get(name) ?? []
    this.#queues.set(name, queue)
    return queue
  }

  #grant(name: string): void {
    if (this.#held.has(name)) return
    const request = this.#queueOf(name).shift()
    if (request === undefined) return
    this.#held.set(name, request)
    void request
      .run()
      .then(request.resolve, request.reject)
      .then(() => {
        if (this.#held.get(name) !== request) return
        this.#held.delete(name)
        this.#grant(name)
      })
  }
}
