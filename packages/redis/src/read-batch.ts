/**
 * Reads that come together go out together. A read waits for the end of the microtasks when the connection is idle, so
 * that a single one goes out at once; while answers are under way it waits for the end of the event loop's turn, which
 * gathers all that the last answers set free. One MGET for each slot, or for all where slots do not matter.
 */
import calculateSlot from 'cluster-key-slot'
import type { RedisClient } from './client.ts'

interface Read {
  readonly key: string
  readonly answer: Promise<Uint8Array | undefined>
  readonly resolve: (value: Uint8Array | undefined) => void
  readonly reject: (error: unknown) => void
}

/** How many keys one command asks for. A server answers others only between commands. */
const MAX_KEYS = 1_000

export class ReadBatch {
  readonly #client: RedisClient
  /** By key: who asks for the same shares the answer. */
  #waiting = new Map<string, Read>()
  #underWay = 0

  constructor(client: RedisClient) {
    this.#client = client
  }

  get(key: string): Promise<Uint8Array | undefined> {
    const same = this.#waiting.get(key)
    if (same !== undefined) return same.answer
    if (this.#waiting.size === 0) this.#schedule()
    let resolve!: Read['resolve']
    let reject!: Read['reject']
    const answer = new Promise<Uint8Array | undefined>((fulfil, refuse) => {
      resolve = fulfil
      reject = refuse
    })
    this.#waiting.set(key, { key, answer, resolve, reject })
    return answer
  }

  #schedule(): void {
    if (this.#underWay === 0) queueMicrotask(() => this.#send())
    else setImmediate(() => this.#send())
  }

  #send(): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting = new Map()
    for (const group of this.#client.isCluster === true ? bySlot(waiting) : [waiting]) {
      for (let from = 0; from < group.length; from += MAX_KEYS) void this.#ask(group.slice(from, from + MAX_KEYS))
    }
  }

  async #ask(reads: readonly Read[]): Promise<void> {
    this.#underWay++
    try {
      const answers = (await this.#client.callBuffer('MGET', ...reads.map(({ key }) => key))) as (Uint8Array | null)[]
      for (const [index, { resolve }] of reads.entries()) resolve(answers[index] ?? undefined)
    } catch (error) {
      for (const { reject } of reads) reject(error)
    } finally {
      this.#underWay--
    }
  }
}

function bySlot(reads: readonly Read[]): Iterable<Read[]> {
  const groups = new Map<number, Read[]>()
  for (const read of reads) {
    const slot = calculateSlot(read.key)
    const group = groups.get(slot)
    if (group === undefined) groups.set(slot, [read])
    else group.push(read)
  }
  return groups.values()
}
