/**
 * Whether entries can be of the log: one that claims to be later than all of it was stored by somebody else, and no
 * record would ever concern it.
 */
import type { Mark } from '@hotpath/contract'

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
  async includes({ epoch, asOf }: { readonly epoch: string; readonly asOf: number }): Promise<boolean> {
    const isReached = (): boolean => this.#reached?.epoch === epoch && asOf <= this.#reached.position
    if (isReached()) return true
    try {
      // One that others have begun to read may be older than the entry.
      for (const reading of [(this.#reading ??= this.#read()), undefined]) {
        const head = await (reading ?? this.#read())
        if (head.epoch !== epoch || isReached()) return true
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
