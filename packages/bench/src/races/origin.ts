/** Where values come from: each key has a version that only grows, and loads can be held open. */
import { type Deferred, deferred } from '@hotpath/testkit'

/** What a held load will do once it is let go. */
type Gate = Deferred<undefined>

export class Origin {
  readonly #versions = new Map<string, number>()
  readonly #given = new Map<string, unknown>()
  readonly #calls = new Map<string, number>()
  readonly #gates = new Map<string, Gate[]>()
  readonly #failures = new Map<string, Error>()
  readonly #awaited = new Set<{ readonly key: string; readonly count: number; readonly seen: Gate }>()

  /** Reads the value as it is now, and answers when nobody holds the load any more. */
  async load(key: string): Promise<unknown> {
    const value = this.current(key)
    const count = this.calls(key) + 1
    this.#calls.set(key, count)
    for (const { key: wanted, count: enough, seen } of this.#awaited) {
      if (wanted === key && count >= enough) seen.resolve(undefined)
    }
    const failure = this.#failures.get(key)
    if (failure !== undefined) throw failure
    const gates = this.#gates.get(key)
    if (gates !== undefined) {
      const gate = deferred<undefined>()
      gates.push(gate)
      await gate.promise
    }
    return value
  }

  current(key: string): unknown {
    return this.#given.has(key) ? this.#given.get(key) : `version ${this.#versions.get(key) ?? 0} of ${key}`
  }

  /** Makes a newer version; loads that are under way keep the one they read. */
  change(key: string): void {
    this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1)
  }

  /** Answers with this value from now on. */
  give(key: string, value: unknown): void {
    this.#given.set(key, value)
  }

  calls(key: string): number {
    return this.#calls.get(key) ?? 0
  }

  /** Settles once a key was loaded so often. */
  called(key: string, count: number): Promise<undefined> {
    const seen = deferred<undefined>()
    this.#awaited.add({ key, count, seen })
    if (this.calls(key) >= count) seen.resolve(undefined)
    return seen.promise
  }

  /** Loads of the key that begin from now on stay open. */
  hold(key: string): void {
    this.#gates.set(key, [])
  }

  /** Lets all loads of the key go on, in the order they began; later ones are not held. */
  release(key: string): void {
    const gates = this.#gates.get(key) ?? []
    this.#gates.delete(key)
    for (const gate of gates) gate.resolve(undefined)
  }

  /** Makes one load go on; the others stay open. */
  releaseOne(key: string, index: number): void {
    this.#gates.get(key)?.[index]?.resolve(undefined)
  }

  /** Makes all held loads of the key fail, and later ones at once. */
  fail(key: string, reason: Error): void {
    const gates = this.#gates.get(key) ?? []
    this.#gates.delete(key)
    this.#failures.set(key, reason)
    for (const gate of gates) gate.reject(reason)
  }
}
