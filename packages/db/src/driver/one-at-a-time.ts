/** Lends a connection, of which there is one, to one caller after another, in the order in which they came. */
export class OneAtATime {
  #isTaken = false
  readonly #waiting: (() => void)[] = []

  /** Callers that wait. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Whether somebody has it. */
  get isTaken(): boolean {
    return this.#isTaken
  }

  /** Takes it; the function that it resolves to gives it back. */
  async take(): Promise<() => void> {
    if (this.#isTaken) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    this.#isTaken = true
    let isBack = false
    return () => {
      if (isBack) return
      isBack = true
      const next = this.#waiting.shift()
      // Stays taken for the next one.
      if (next === undefined) this.#isTaken = false
      else next()
    }
  }

  /** There is nothing to be had any more: all that wait go on at once, and are to look at that. */
  end(): void {
    for (const next of this.#waiting.splice(0)) next()
  }
}
