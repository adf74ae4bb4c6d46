/**
 * Appends of one process to one log go through the lock one after the other; those that come while one is under way
 * go together in the next.
 */
import type { Mark } from '@hotpath/contract'
import type { RecordToAppend } from './backend.ts'

interface Waiting {
  readonly records: readonly RecordToAppend[]
  readonly resolve: (mark: Mark) => void
  readonly reject: (error: unknown) => void
}

/** Records of one transaction; more wait for the next. */
const MAX_RECORDS = 1_000

export class AppendQueue {
  readonly #send: (records: readonly RecordToAppend[]) => Promise<Mark>
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  /** @param send - Appends all at consecutive positions, and answers with the last. */
  constructor(send: (records: readonly RecordToAppend[]) => Promise<Mark>) {
    this.#send = send
  }

  append(records: readonly RecordToAppend[]): Promise<Mark> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
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
      if (count > 0 && records > MAX_RECORDS) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #sendSome(some: readonly Waiting[]): Promise<void> {
    try {
      const { epoch, position } = await this.#send(some.flatMap(({ records }) => records))
      let last = position
      for (const { records, resolve } of some.toReversed()) {
        resolve({ epoch, position: last })
        last -= records.length
      }
    } catch (error) {
      for (const { reject } of some) reject(error)
    }
  }
}
