/** What a worker has to do with its parent, which is the source of all values. */
import type { Question, ToParent, Version } from './protocol.ts'

/** Resolves when it is on its way. */
export function tell(message: ToParent): Promise<void> {
  return new Promise((resolve) => void process.send?.(message, undefined, undefined, () => resolve()))
}

export class Source {
  readonly #waiting = new Map<number, (version: number) => void>()
  #asked = 0

  /** Answers with the version of a key: the present one, or the one that a write makes. */
  ask(type: Question['type'], key: string): Promise<number> {
    const id = this.#asked++
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      void tell({ type, id, key })
    })
  }

  answered({ id, version }: Version): void {
    this.#waiting.get(id)?.(version)
    this.#waiting.delete(id)
  }
}
