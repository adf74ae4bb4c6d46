import { Redis } from 'ioredis'

/** Often enough that a heartbeat which comes in between is not counted. */
const TRIES = 5

/** Counts the commands that a server is sent: those of clients, not those that a script calls. */
export class CommandCounter {
  readonly #client: Redis
  readonly #monitor: Redis
  #count = 0
  #reachedMark: (() => void) | undefined

  constructor(url: string) {
    this.#client = new Redis(url)
    this.#monitor = new Redis(url)
  }

  async start(): Promise<void> {
    const monitor = await this.#monitor.monitor()
    monitor.on('monitor', (_time: string, args: readonly string[], source: string) => {
      const command = args[0]?.toLowerCase()
      if (command === 'echo') this.#reachedMark?.()
      // To follow a stream is nobody's round trip: it is asked ahead, and waits.
      else if (source !== 'lua' && command !== 'xread') this.#count++
    })
    this.#monitor.on('close', () => monitor.disconnect())
  }

  /** The fewest that a call was seen to send, each time after what prepares for it. */
  async of(
    call: (attempt: number) => Promise<unknown>,
    prepare: (attempt: number) => Promise<unknown> = async () => {},
  ): Promise<number> {
    let fewest = Number.POSITIVE_INFINITY
    for (let attempt = 0; attempt < TRIES; attempt++) {
      await prepare(attempt)
      await this.#reach()
      this.#count = 0
      await call(attempt)
      await this.#reach()
      fewest = Math.min(fewest, this.#count)
    }
    return fewest
  }

  close(): void {
    this.#client.disconnect()
    this.#monitor.disconnect()
  }

  /** Until the monitor has seen all that was sent so far. */
  async #reach(): Promise<void> {
    const reached = new Promise<void>((resolve) => (this.#reachedMark = resolve))
    await this.#client.echo('mark')
    await reached
  }
}
