/** Troubles to try the page in: an API that is away, slow, or refuses writes. */
import { setTimeout as delay } from 'node:timers/promises'

/** Which of them there are. */
export interface Conditions {
  /** Nothing is responded to, and nobody hears of invalidations. */
  readonly isAway: boolean
  /** A response takes a second longer. */
  readonly isSlow: boolean
  /** The first of two writes fails. */
  readonly failsWrites: boolean
}

const SLOW_MS = 1_000

/** Conditions that can be changed. */
export interface ChangingConditions {
  /** Says which there are, and changes them on `PUT`. */
  respond(request: Request): Promise<Response>
  /** Lets a request through, as the conditions are. */
  pass(request: Request, next: (request: Request) => Promise<Response>): Promise<Response>
}

/** Begins without a trouble. */
export function createConditions(): ChangingConditions {
  let conditions: Conditions = { isAway: false, isSlow: false, failsWrites: false }
  let writes = 0
  /** Aborted when the API goes away. */
  let presence = new AbortController()

  return {
    async respond(request) {
      if (request.method === 'PUT') {
        conditions = { ...conditions, ...((await request.json()) as Partial<Conditions>) }
        if (conditions.isAway) presence.abort()
        else if (presence.signal.aborted) presence = new AbortController()
      }
      return Response.json(conditions)
    },
    async pass(request, next) {
      const signal = AbortSignal.any([request.signal, presence.signal])
      if (conditions.isSlow) await delay(SLOW_MS, undefined, { signal }).catch(() => {})
      if (signal.aborted) return new Response(null, { status: 502 })
      if (request.method === 'PUT' && conditions.failsWrites && writes++ % 2 === 0)
        return Response.json({ error: 'The server refused this, as you asked it to.' }, { status: 503 })
      return next(new Request(request, { signal }))
    },
  }
}
