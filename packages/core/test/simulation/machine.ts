/**
 * A computer that runs one process: its clocks, which need not agree with anybody's, and its timers. It can be suspended
 * (nothing runs, and the monotonic clock stands still), and it can crash.
 */
import type { Clock } from '@hotpath/contract'
import type { World } from './world.ts'

export class Machine implements Clock {
  readonly name: string
  readonly world: World
  alive = true
  /** What waits for the end of a turn. */
  turns = 0
  /** Timers that wait. */
  pending = 0
  readonly #bootAt: number
  /** Milliseconds of the monotonic clock per millisecond. */
  readonly #rate: number
  #wallOffset: number
  #sleptMs = 0
  #sleepsUntil = 0
  #setBackAt = Number.NEGATIVE_INFINITY

  constructor(world: World, name: string, { skewMs, rate }: { readonly skewMs: number; readonly rate: number }) {
    this.world = world
    this.name = name
    this.#bootAt = world.now
    this.#rate = rate
    this.#wallOffset = Date.UTC(2030, 0, 1) + skewMs
  }

  get isAsleep(): boolean {
    return this.world.now < this.#sleepsUntil
  }

  now(): number {
    return this.world.now + this.#wallOffset
  }

  monotonic(): number {
    return (this.world.now - this.#bootAt - this.#sleptMs) * this.#rate
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs === Number.POSITIVE_INFINITY) return () => {}
    const dueAt = this.monotonic() + Math.max(0, delayMs)
    let cancel = (): void => {}
    let isOver = false
    const end = (): void => {
      isOver = true
      this.pending--
    }
    const wait = (waitMs: number): void => {
      cancel = this.world.after(waitMs, `${this.name} timer`, () => {
        if (!this.alive) return
        if (this.isAsleep) return wait(this.#sleepsUntil - this.world.now)
        const leftMs = dueAt - this.monotonic()
        if (leftMs > 1e-6) return wait(leftMs / this.#rate)
        end()
        callback()
      })
    }
    this.pending++
    const lateMs = this.world.random() < 0.1 ? this.world.random() * 5 : 0
    wait(Math.max(0, delayMs) / this.#rate + lateMs)
    return () => {
      if (isOver) return
      end()
      cancel()
    }
  }

  endOfTurn(callback: () => void): void {
    this.turns++
    this.receive(0, `${this.name} ends a turn`, () => {
      this.turns--
      callback()
    })
  }

  /** Something reaches this machine; when it sleeps, as soon as it wakes. */
  receive(delayMs: number, label: string, run: () => void): void {
    this.world.after(delayMs, label, () => {
      if (!this.alive) return
      if (this.isAsleep) this.receive(this.#sleepsUntil - this.world.now + this.world.random(), label, run)
      else run()
    })
  }

  suspend(ms: number): void {
    // A clock that was set back hides as much sleep from whoever looks at it next.
    if (this.isAsleep || this.world.now - this.#setBackAt < 2_500) return
    this.#sleptMs += ms
    this.#sleepsUntil = this.world.now + ms
  }

  jumpWall(ms: number): void {
    if (this.isAsleep) return
    if (ms < 0) this.#setBackAt = this.world.now
    this.#wallOffset += ms
  }

  crash(): void {
    this.alive = false
  }
}
