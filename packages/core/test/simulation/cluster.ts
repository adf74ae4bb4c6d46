/** The servers: one that is in charge, and perhaps one that was and does not know yet. */
import type { Climate } from './climate.ts'
import type { History } from './history.ts'
import { Server, type ServerOptions } from './server.ts'
import type { World } from './world.ts'

/** A process, as the servers see it. */
export interface Guest {
  /** Whether it is on the side of the server that was replaced. */
  isCutOff: boolean
  reconnect(withinMs: number): void
}

export class Cluster {
  primary: Server
  /** Another store of entries, which knows nothing of the log. */
  readonly side: Server
  readonly guests: Set<Guest> = new Set()
  readonly #world: World
  readonly #history: History
  readonly #options: ServerOptions
  #replaced: Server | undefined
  #isFailingOver = false

  constructor(world: World, history: History, climate: Climate) {
    this.#world = world
    this.#history = history
    this.#options = {
      world,
      maxStream: climate.maxStream,
      checksLife: true,
      accepted: (accepted) => history.accepted(accepted),
      epochBegan: (epoch) => void history.epochs.set(epoch, world.observe()),
    }
    this.primary = new Server(this.#options)
    history.primary = this.primary
    this.side = new Server(this.#options)
  }

  /** The server that a process reaches. */
  serverFor(guest: Guest): Server {
    return guest.isCutOff && this.#replaced?.alive === true ? this.#replaced : this.primary
  }

  /** A replica takes over that lacks the last writes. In a split the server that it replaces goes on for some. */
  failOver(isSplit: boolean): void {
    if (this.#isFailingOver || this.#replaced !== undefined) return
    this.#isFailingOver = true
    const replica = new Server(this.#options, this.primary)
    this.#world.after(this.#world.random() * 1_500, isSplit ? 'split brain' : 'failover', () => {
      this.#isFailingOver = false
      const replaced = this.primary
      this.primary = replica
      this.#history.primary = replica
      if (isSplit) this.#split(replaced)
      else replaced.alive = false
      for (const guest of this.guests) if (!guest.isCutOff) guest.reconnect(isSplit ? 100 : 2_000)
    })
  }

  /** Ends a split. */
  heal(): void {
    if (this.#replaced === undefined) return
    this.#replaced.alive = false
    this.#replaced = undefined
    for (const guest of this.guests) {
      if (!guest.isCutOff) continue
      guest.isCutOff = false
      guest.reconnect(500)
    }
  }

  #split(replaced: Server): void {
    const { random } = this.#world
    this.#replaced = replaced
    for (const guest of this.guests) guest.isCutOff = random.chance(0.4)
    this.#world.after(random() * random.pick([500, 3_000, 10_000]), 'split brain ends', () => this.heal())
  }
}
