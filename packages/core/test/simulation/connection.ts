/**
 * A connection of a machine to a server. Each request and each reply is an event of its own; either can be lost, late or
 * overtaken, and the connection can break with requests under way, of which some were carried out.
 */
import type { Machine } from './machine.ts'
import type { Server } from './server.ts'

/** What a network does, each as a probability per request. */
export interface Weather {
  /** Messages of one connection arrive in the order in which they were sent. */
  readonly inOrder: boolean
  /** What happens to requests while there is no connection. */
  readonly offline: 'refuse' | 'queue'
  lost: number
  /** Never answered, never refused. */
  hung: number
  /** Ratio of messages that take long. */
  slow: number
  /** The same, for the connection that follows the stream. */
  slowStream: number
  /** How long those take. */
  slowMs: number
}

interface Request {
  readonly fail: (error: Error) => void
}

export class Connection {
  readonly name: string
  readonly machine: Machine
  server: Server
  readonly #weather: Weather
  readonly #isStream: boolean
  readonly #underWay = new Set<Request>()
  readonly #queue: (() => void)[] = []
  readonly #whenBack = new Set<() => void>()
  #isUp = true
  /** Grows with each break. */
  generation = 0
  #lastArrivalAt = 0
  #lastReplyAt = 0

  readonly #find: () => Server

  /** @param find - The server that it connects to, now. */
  constructor(
    name: string,
    machine: Machine,
    { weather, isStream, find }: { readonly weather: Weather; readonly isStream: boolean; readonly find: () => Server },
  ) {
    this.name = name
    this.machine = machine
    this.#weather = weather
    this.#isStream = isStream
    this.#find = find
    this.server = find()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  request<Result>(label: string, action: (server: Server) => Result | Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const request: Request = {
        fail: (error) => {
          this.#underWay.delete(request)
          reject(error)
        },
      }
      this.#underWay.add(request)
      const send = (): void => this.#send(request, label, action, resolve)
      if (this.#isUp) send()
      else if (this.#weather.offline === 'queue') this.#queue.push(send)
      else this.machine.receive(1, `${this.name} refuses ${label}`, () => request.fail(new Error('no connection')))
    })
  }

  /** Sends what the server pushes on its own. */
  push(label: string, deliver: () => void): void {
    const { generation } = this
    if (!this.#isUp || this.machine.world.random() < this.#weather.lost) return
    this.machine.receive(this.#replyDelay(), `${this.name} ${label}`, () => {
      if (generation === this.generation) deliver()
    })
  }

  /** Calls back once the connection is there again. */
  whenBack(callback: () => void): void {
    this.#whenBack.add(callback)
  }

  /** Requests under way fail, sooner or later; whether they were carried out is another matter. */
  break(downMs: number): void {
    const { world } = this.machine
    const failsLate = world.random() < 0.3
    this.generation++
    this.#isUp = false
    for (const request of [...this.#underWay]) {
      const delayMs = failsLate ? world.random() * 3_000 : world.random() * 2
      this.machine.receive(delayMs, `${this.name} fails`, () => request.fail(new Error('connection lost')))
    }
    const { generation } = this
    world.after(downMs, `${this.name} connects`, () => {
      if (generation !== this.generation || !this.machine.alive) return
      this.server = this.#find()
      this.#isUp = true
      for (const send of this.#queue.splice(0)) send()
      for (const callback of this.#whenBack) this.machine.receive(0, `${this.name} is back`, callback)
      this.#whenBack.clear()
    })
  }

  #send<Result>(
    request: Request,
    label: string,
    action: (server: Server) => Result | Promise<Result>,
    resolve: (result: Result) => void,
  ): void {
    const { world } = this.machine
    const { server, generation } = this
    const { lost } = this.#weather
    // Whoever follows a stream has to notice by himself that it has come to an end.
    const hung = this.#isStream ? 0 : this.#weather.hung
    const lot = world.random()
    const arrives = lot >= lost / 2 && !(lot >= lost && lot < lost + hung / 2)
    const returns = lot >= lost + hung
    const refuse = (): void =>
      this.machine.receive(world.random() * 1_000, `${this.name} gives up ${label}`, () =>
        request.fail(new Error(`no answer to ${label}`)),
      )
    const reply = (result: Result): void => {
      if (!returns) return lot < lost ? refuse() : undefined
      this.machine.receive(this.#replyDelay(), `${this.name} answers ${label}`, () => {
        // What a broken connection had under way fails, as its owner was told.
        if (generation !== this.generation) return
        this.#underWay.delete(request)
        resolve(result)
      })
    }
    if (!arrives) return lot < lost ? refuse() : undefined
    world.after(this.#requestDelay(), `${this.name} asks ${label}`, () => {
      // Bytes that had left before the break may still be read by the server.
      const cameThrough = generation === this.generation || world.random() < 0.5
      if (!server.alive || !cameThrough) return
      const result = action(server)
      if (result instanceof Promise) void result.then(reply)
      else reply(result)
    })
  }

  #requestDelay(): number {
    const at = this.machine.world.now + this.#delay()
    this.#lastArrivalAt = this.#weather.inOrder ? Math.max(at, this.#lastArrivalAt + 1e-4) : at
    return this.#lastArrivalAt - this.machine.world.now
  }

  #replyDelay(): number {
    const at = this.machine.world.now + this.#delay()
    this.#lastReplyAt = this.#weather.inOrder ? Math.max(at, this.#lastReplyAt + 1e-4) : at
    return this.#lastReplyAt - this.machine.world.now
  }

  #delay(): number {
    const { random } = this.machine.world
    const { slow, slowStream, slowMs } = this.#weather
    return random() < (this.#isStream ? slowStream : slow) ? random() * slowMs : random() * 2
  }
}
