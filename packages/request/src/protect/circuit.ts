/**
 * The states of a circuit (Nygard, "Release It!", 2007). Closed: calls pass and are counted. Open: none passes for a
 * pause. Half-open: a few probes pass; when all of them succeed it closes, when one fails it opens again. Pure: time is
 * given.
 */
import { RollingWindow } from './rolling-window.ts'

/** State of a circuit. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** When a circuit opens and closes. */
export interface CircuitLimits {
  readonly windowMs: number
  readonly failureRate: number
  readonly minCalls: number
  readonly pauseMs: number
  readonly probes: number
}

/** The right to make one call. It is given back with what came of it, once. */
export interface Permit {
  /** Which life of the circuit it was given in: what comes of calls of an earlier one says nothing of this one. */
  readonly life: number
}

export class Circuit {
  readonly #limits: CircuitLimits
  readonly #window: RollingWindow
  #state: CircuitState = 'closed'
  #life = 0
  #openUntil = 0
  /** Probes under way, and those that succeeded. */
  #probing = 0
  #succeeded = 0
  #lastProbeAt = 0

  constructor(limits: CircuitLimits) {
    this.#limits = limits
    this.#window = new RollingWindow(limits.windowMs)
  }

  get state(): CircuitState {
    return this.#state
  }

  /** May a call be made? A permit, or the milliseconds after which to ask again. */
  ask(now: number): Permit | number {
    if (this.#state === 'closed') return { life: this.#life }
    if (this.#state === 'open') {
      if (now < this.#openUntil) return this.#openUntil - now
      this.#enter('half-open')
    }
    const { probes, pauseMs } = this.#limits
    // Probes that hang must not keep it half-open forever.
    if (this.#probing > 0 && now - this.#lastProbeAt >= pauseMs) this.#probing = 0
    if (this.#probing + this.#succeeded >= probes) return Math.max(1, this.#lastProbeAt + pauseMs - now)
    this.#probing++
    this.#lastProbeAt = now
    return { life: this.#life }
  }

  succeeded(permit: Permit, now: number): void {
    if (permit.life !== this.#life) return
    if (this.#state === 'closed') this.#window.add(now, false)
    else {
      this.#probing = Math.max(0, this.#probing - 1)
      if (++this.#succeeded >= this.#limits.probes) this.#enter('closed')
    }
  }

  failed(permit: Permit, now: number): void {
    if (permit.life !== this.#life) return
    if (this.#state === 'closed') {
      this.#window.add(now, true)
      const { calls } = this.#window.counts(now)
      if (calls < this.#limits.minCalls || this.failureRate(now) < this.#limits.failureRate) return
    }
    this.#openUntil = now + this.#limits.pauseMs
    this.#enter('open')
  }

  /** The call said nothing of how the other side does: its caller left. */
  abandoned(permit: Permit): void {
    if (permit.life === this.#life && this.#state === 'half-open') this.#probing = Math.max(0, this.#probing - 1)
  }

  failureRate(now: number): number {
    const { calls, failures } = this.#window.counts(now)
    return calls === 0 ? 0 : failures / calls
  }

  #enter(state: CircuitState): void {
    this.#state = state
    this.#life++
    this.#probing = 0
    this.#succeeded = 0
    if (state === 'closed') this.#window.clear()
  }
}
