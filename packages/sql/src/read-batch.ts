/**
 * Reads that come together go out together. A read waits for the end of the microtasks when nothing is under way, so
 * that a single one goes out at once; otherwise for the end of the event loop's turn, which gathers all that the last
 * answers set free. Who reads in one turn shares one answer.
 */
type Frames = ReadonlyMap<string, Uint8Array>

interface Gathering {
  readonly keys: Set<string>
  readonly answer: Promise<Frames>
}

export class ReadBatch {
  readonly #ask: (keys: readonly string[]) => Promise<Frames>
  #gathering: Gathering | undefined
  #underWay = 0

  constructor(ask: (keys: readonly string[]) => Promise<Frames>) {
    this.#ask = ask
  }

  read(keys: readonly string[]): Promise<Frames> {
    const gathering = (this.#gathering ??= this.#begin())
    for (const key of keys) gathering.keys.add(key)
    return gathering.answer
  }

  #begin(): Gathering {
    const keys = new Set<string>()
    const turn = new Promise<void>((resolve) => {
      if (this.#underWay === 0) queueMicrotask(resolve)
      else setImmediate(resolve)
    })
    return { keys, answer: turn.then(() => this.#send(keys)) }
  }

  async #send(keys: ReadonlySet<string>): Promise<Frames> {
    this.#gathering = undefined
    this.#underWay++
    try {
      return await this.#ask([...keys])
    } finally {
      this.#underWay--
    }
  }
}
