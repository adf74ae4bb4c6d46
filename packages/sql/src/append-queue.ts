/**
 * Appends of one process to one log go through the lock one after the other; those that come while one is under way
 * go together in the next. What is larger than a transaction may be goes in several.
 */
import type { Mark } from '@hotpath/contract'
import type { RecordToAppend } from './backend.ts'
import { partsOf } from './parts-of.ts'

interface Waiting {
  readonly records: readonly RecordToAppend[]
  /** The last part of an append has its position; the others matter only when they fail. */
  readonly isLast: boolean
  readonly resolve: (mark: Mark) => void
  readonly reject: (error: unknown) => void
}

export class AppendQueue {
  readonly #send: (records: readonly RecordToAppend[]) => Promise<Mark>
  readonly #maxRecords: number
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  /**
   * @param send - Appends all at consecutive positions, and resolves to the last. Has to end within a time.
   * @param maxRecords - Records of one transaction; more wait for the next.
   */
  constructor(send: (records: readonly RecordToAppend[]) => Promise<Mark>, maxRecords: number) {
    this.#send = send
    this.#maxRecords = maxRecords
  }

  /** Resolves to the position of the last. When one part fails the outcome of all is unknown. */
  append(records: readonly RecordToAppend[]): Promise<Mark> {
    return new Promise((resolve, reject) => {
      const parts = partsOf(records, { count: this.#maxRecords })
      for (const [index, part] of parts.entries()) {
        this.#waiting.push({ records: part, isLast: index === parts.length - 1, resolve, reject })
      }
      this.#running ??= this.#run()
    })
  }

  /** Gives up what waits, and resolves when what is under way has ended. */
  async close(): Promise<void> {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the log was closed'))
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#sendSome(this.#take())
    this.#running = undefined
  }

  #take(): Waiting[] {
    let [count, records] = [0, 0]
    for (const waiting of this.#waiting) {
      records += waiting.records.length
      if (count > 0 && records > this.#maxRecords) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #sendSome(some: readonly Waiting[]): Promise<void> {
    try {
      const { epoch, position } = await this.#send(some.flatMap(({ records }) => records))
      let last = position
      for (const { records, isLast, resolve } of some.toReversed()) {
        if (isLast) resolve({ epoch, position: last })
        last -= records.length
      }
    } catch (error) {
      for (const { reject } of some) reject(error)
      this.#forget(some.filter(({ isLast }) => !isLast))
    }
  }

  /** Leaves out the parts that come after those that failed: nobody waits for them. */
  #forget(failed: readonly Waiting[]): void {
    if (failed.length === 0) return
    const rejected = new Set(failed.map(({ reject }) => reject))
    this.#waiting = this.#waiting.filter(({ reject }) => !rejected.has(reject))
  }
}
