/**
 * Calls in progress, one per key, which callers share. A flight has a signal of its own: it is aborted when the last of
 * those who wait has left. Nothing is kept when it lands.
 */
import { keepOne } from '../call/kept.ts'
import { RequestError, detach } from '@hotpath/contract'
import { Call } from '../call/call.ts'
import type { MapKey } from './call-key.ts'

export class Flight {
  readonly call: Call
  promise!: Promise<unknown>
  readonly #abandoned: (flight: Flight) => void
  #leavers = 0
  #isStayedFor = false

  constructor(caller: Call | undefined, abandoned: (flight: Flight) => void) {
    this.call = new Call(undefined, { abortable: true, origin: caller, priority: caller?.priority })
    this.#abandoned = abandoned
  }

  /** The answer, for one more caller. */
  join(caller: Call | undefined): Promise<unknown> {
    if (caller?.abortable !== true) {
      this.#isStayedFor = true
      return this.promise
    }
    this.#leavers++
    return detach(this.promise, caller.signal, undefined, (reason) => {
      this.#leavers--
      if (this.#leavers > 0 || this.#isStayedFor) return
      this.#abandoned(this)
      this.call.abort(reason)
    })
  }
}

/**
 * Where a flight is found. It is emptied when the flight is over: V8 links each table that a map has outgrown to the next
 * one, so that a dead one that has grown old keeps all later ones, and what is in them, until the next full collection.
 */
interface Slot {
  flight: Flight | undefined
}

export class Flights {
  readonly #slots = new Map<MapKey, Slot>()

  constructor() {
    keepOne(Flight, () => new Flight(undefined, () => {}))
  }

  get(key: MapKey): Flight | undefined {
    return this.#slots.get(key)?.flight
  }

  /** Begins a flight, which is over when its promise settles. */
  start(key: MapKey, caller: Call | undefined, run: (call: Call) => Promise<unknown>): Flight {
    const slot: Slot = { flight: undefined }
    const over = (): void => {
      slot.flight = undefined
      if (this.#slots.get(key) === slot) this.#slots.delete(key)
    }
    const flight = new Flight(caller, over)
    // Before it runs, so that what runs finds itself.
    slot.flight = flight
    this.#slots.set(key, slot)
    flight.promise = run(flight.call)
    flight.promise.then(over, over)
    return flight
  }

  /** Nobody joins it any more. */
  forget(key: MapKey): void {
    this.#slots.delete(key)
  }

  /** Nobody joins any of them any more. */
  clear(): void {
    this.#slots.clear()
  }
}

/** An error for a call that would wait for itself. */
export function waitsForItself(name: string): RequestError {
  return new RequestError(
    'ERR_REQUEST_CYCLE',
    `\`${name}\` was called for a key from within the call for that key, and would wait for itself. Get what is asked for there in another way.`,
    { context: { name } },
  )
}
