/**
 * Reads of one tier that come together go out together, and who asks for the same key shares the answer. A read waits
 * for the end of the microtasks when nothing is under way, so that a single one goes out at once; while answers are
 * under way it waits for the end of the event loop's turn, which gathers all that the last answers set free.
 */
import type { Clock, Entry } from '@hotpath/contract'

interface Read {
  readonly answer: Promise<Entry | undefined>
  readonly resolve: (entry: Entry | undefined) => void
}

/** What a batch asks: answers in the order of the keys, `undefined` when nothing can be had. Never rejects. */
type Ask = (keys: readonly string[]) => Promise<readonly (Entry | undefined)[] | undefined>

export class ReadBatch {
  readonly #clock: Clock
  readonly #ask: Ask
  /** Keys of one group may be asked for together. */
  readonly #groupOf: ((key: string) => number) | undefined
  #waiting = new Map<string, Read>()
  #underWay = 0

  constructor(clock: Clock, ask: Ask, groupOf: ((key: string) => number) | undefined) {
    this.#clock = clock
    this.#ask = ask
    this.#groupOf = groupOf
  }

  get(key: string): Promise<Entry | undefined> {
    const same = this.#waiting.get(key)
    if (same !== undefined) return same.answer
    if (this.#waiting.size === 0) this.#schedule()
    let resolve!: Read['resolve']
    const answer = new Promise<Entry | undefined>((fulfil) => {
      resolve = fulfil
    })
    this.#waiting.set(key, { answer, resolve })
    return answer
  }

  #schedule(): void {
    if (this.#underWay > 0 && this.#clock.endOfTurn !== undefined) this.#clock.endOfTurn(() => this.#send())
    else queueMicrotask(() => this.#send())
  }

  #send(): void {
    const waiting = this.#waiting
    this.#waiting = new Map()
    if (this.#groupOf === undefined) void this.#read([...waiting.keys()], waiting)
    else for (const keys of groups(waiting.keys(), this.#groupOf)) void this.#read(keys, waiting)
  }

  async #read(keys: readonly string[], waiting: ReadonlyMap<string, Read>): Promise<void> {
    this.#underWay++
    const entries = await this.#ask(keys)
    this.#underWay--
    for (let index = 0; index < keys.length; index++) waiting.get(keys[index] as string)?.resolve(entries?.[index])
  }
}

function groups(keys: Iterable<string>, groupOf: (key: string) => number): Iterable<string[]> {
  const all = new Map<number, string[]>()
  for (const key of keys) {
    const group = groupOf(key)
    const others = all.get(group)
    if (others === undefined) all.set(group, [key])
    else others.push(key)
  }
  return all.values()
}
