/**
 * Writes that come together go out together, as reads do: at once when nothing is under way, otherwise at the end of
 * the event loop's turn. Each writer hears of the statements that carried its own frames, and of no others.
 */
import type { FrameToStore } from './backend.ts'
import { partsOf } from './parts-of.ts'
import { winners } from './winners.ts'

interface Gathering {
  readonly frames: FrameToStore[]
  /** What became of each key. */
  readonly sent: Promise<ReadonlyMap<string, Promise<void>>>
}

/** What goes into one statement. A frame that is larger goes alone. */
export interface StatementBound {
  readonly count: number
  readonly bytes: number
}

/** Statements of one batch at a time. */
const WIDTH = 3

export class WriteBatch {
  readonly #store: (frames: readonly FrameToStore[]) => Promise<void>
  readonly #max: StatementBound
  #gathering: Gathering | undefined
  #underWay = 0

  /** @param store - Stores frames in one statement. No key comes twice. */
  constructor(store: (frames: readonly FrameToStore[]) => Promise<void>, max: StatementBound) {
    this.#store = store
    this.#max = max
  }

  async write(frames: readonly FrameToStore[]): Promise<void> {
    const gathering = (this.#gathering ??= this.#begin())
    // Not spread: there may be more than a call takes arguments.
    for (const frame of frames) gathering.frames.push(frame)
    const sent = await gathering.sent
    await Promise.all([...new Set(frames.map(({ key }) => sent.get(key)))])
  }

  #begin(): Gathering {
    const frames: FrameToStore[] = []
    const turn = new Promise<void>((resolve) => {
      if (this.#underWay === 0) queueMicrotask(resolve)
      else setImmediate(resolve)
    })
    return { frames, sent: turn.then(() => this.#send(frames)) }
  }

  #send(frames: readonly FrameToStore[]): ReadonlyMap<string, Promise<void>> {
    this.#gathering = undefined
    const sent = new Map<string, Promise<void>>()
    const parts = partsOf(winners(frames), this.#max, ({ frame }) => frame.length)
    // The n-th of a batch waits for the n-th before it, so that a large one leaves connections for others.
    const lanes: Promise<unknown>[] = []
    for (const [index, part] of parts.entries()) {
      const free = lanes[index % WIDTH]
      this.#underWay++
      const stored = (free === undefined ? this.#store(part) : free.then(() => this.#store(part))).finally(
        () => void this.#underWay--,
      )
      lanes[index % WIDTH] = stored.catch(() => {})
      for (const { key } of part) sent.set(key, stored)
    }
    return sent
  }
}
