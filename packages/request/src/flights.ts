/**
 * Calls in progress, one per key, which callers share. A flight has a signal of its own: it is aborted when the last of
 * those who wait has left. Nothing is kept when it lands.
 */
import { RequestError } from '@hotpath/contract'
import { Call } from './call.ts'
import type { MapKey } from './call-key.ts'
import { detach } from './detach.ts'

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

export class Flights {
  readonly #flights = new Map<MapKey, Flight>()

  get(key: MapKey): Flight | undefined {
    return this.#flights.get(key)
  }

  /** Begins a flight, which is over when its promise settles. */
  start(key: MapKey, caller: Call | undefined, run: (call: Call) => Promise<unknown>): Flight {
    const over = (): void => this.#remove(key, flight)
    const flight = new Flight(caller, over)
    // Before it runs, so that what runs finds itself.
    this.#flights.set(key, flight)
    flight.promise = run(flight.call)
    flight.promise.then(over, over)
    return flight
  }

  /** Nobody joins it any more. */
  forget(key: MapKey): void {
    this.#flights.delete(key)
  }

  clear(): void {
    this.#flights.clear()
  }

  #remove(key: MapKey, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
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
