/**
 * Whether entries can be of the log: one that claims to be later than all of it was stored by somebody else, and no
 * record would ever concern it.
 */
import type { Mark, MaybePromise } from '@hotpath/contract'

/** Where in a log an entry was loaded. */
interface Place {
  readonly epoch: string
  readonly asOf: number
}

export class LogBound {
  readonly #readHead: () => Promise<Mark>
  /** The last that this page knows of the log, which has reached it at least. */
  #reached: Mark | undefined
  #reading: Promise<Mark> | undefined

  /** @param readHead - Reads where the log is. */
  constructor(readHead: () => Promise<Mark>) {
    this.#readHead = readHead
  }

  /** The log has come this far: whatever says so saves a read. */
  reached(mark: Mark): void {
    const { epoch, position } = this.#reached ?? mark
    if (epoch !== mark.epoch || position <= mark.position) this.#reached = mark
  }

  /** What is of another log is judged by its epoch, elsewhere. `true` where nobody knows. Never rejects. */
  includes(entry: Place): MaybePromise<boolean> {
    return this.#isReached(entry) || this.#isReachedByNow(entry)
  }

  #isReached({ epoch, asOf }: Place): boolean {
    return this.#reached?.epoch === epoch && asOf <= this.#reached.position
  }

  async #isReachedByNow(entry: Place): Promise<boolean> {
    try {
      // One that others have begun to read may be older than the entry.
      for (const reading of [(this.#reading ??= this.#read()), undefined]) {
        const head = await (reading ?? this.#read())
        if (head.epoch !== entry.epoch || this.#isReached(entry)) return true
      }
      return false
    } catch {
      return true
    }
  }

  async #read(): Promise<Mark> {
    try {
      const head = await this.#readHead()
      this.reached(head)
      return head
    } finally {
      this.#reading = undefined
    }
  }
}
