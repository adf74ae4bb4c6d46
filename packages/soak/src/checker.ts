/**
 * What a read has to see at least: what this process wrote before it (P1), what the token that it is given names (P16),
 * and what anybody wrote longer ago than it may take to hear of it (P2, P3, P5).
 */

/** A write that the log has accepted. */
export interface Accepted {
  readonly key: string
  readonly version: number
  readonly token: string | undefined
  /** When, on the timeline of `expect`. */
  readonly at: number
}

/** What a read of a key has to see. */
export interface Expectation {
  readonly version: number
  readonly why: string
}

interface KeyState {
  /** The newest that this process wrote. */
  own: number
  /** The newest that all must have heard of. */
  settled: number
  /** Not yet settled, in the order in which they came. */
  recent: Accepted[]
  /** The last that can be named. */
  named: Accepted | undefined
}

export class Checker {
  readonly #keys = new Map<string, KeyState>()
  readonly #settleMs: number

  /** @param settleMs - How long others may take to hear of a write. */
  constructor(settleMs: number) {
    this.#settleMs = settleMs
  }

  /** This process wrote. */
  wrote(key: string, version: number): void {
    const state = this.#of(key)
    state.own = Math.max(state.own, version)
  }

  /** Another process wrote. */
  accepted(one: Accepted): void {
    const state = this.#of(one.key)
    state.recent.push(one)
    if (one.token !== undefined) state.named = one
  }

  /** The write of another process whose token a read may be given. */
  named(key: string): Accepted | undefined {
    return this.#keys.get(key)?.named
  }

  /** For a read that begins now, and is given the token of `named` if there is one. */
  expect(key: string, now: number, named?: Accepted): Expectation {
    const state = this.#of(key)
    const isSettled = ({ at }: Accepted): boolean => at < now - this.#settleMs
    const settled = state.recent.filter(isSettled).map(({ version }) => version)
    state.settled = Math.max(state.settled, ...settled)
    if (settled.length > 0) state.recent = state.recent.filter((one) => !isSettled(one))
    return {
      version: Math.max(state.own, state.settled, named?.version ?? 0),
      why: `own ${state.own}, token ${named?.version ?? '-'}, settled ${state.settled}`,
    }
  }

  #of(key: string): KeyState {
    const state = this.#keys.get(key) ?? { own: 0, settled: 0, recent: [], named: undefined }
    this.#keys.set(key, state)
    return state
  }
}
