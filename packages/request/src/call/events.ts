import { EventBus, type EventNamed, type HotpathError } from '@hotpath/contract'

/** Everything that policies tell, as a union discriminated by `type`. `name` is the policy's, or the function's. */
export type RequestEvent =
  | {
      /** An attempt failed. */
      readonly type: 'attempt-failed'
      /** What was called. */
      readonly name: string
      /** Which attempt, from 1. */
      readonly attempt: number
      /** What went wrong. */
      readonly error: unknown
    }
  | {
      /** Another attempt will be made. */
      readonly type: 'retry'
      /** What is called. */
      readonly name: string
      /** Which attempt it will be. */
      readonly attempt: number
      /** How long it is waited before. */
      readonly delayMs: number
    }
  | {
      /** A call took too long. */
      readonly type: 'timeout'
      /** What was called. */
      readonly name: string
      /** The limit. */
      readonly timeoutMs: number
    }
  | {
      /** A circuit opened: calls fail at once. */
      readonly type: 'circuit-open'
      /** Which circuit. */
      readonly name: string
      /** Ratio of calls that failed, in the window. */
      readonly failureRate: number
    }
  | {
      /** A circuit lets calls through to see how they do. */
      readonly type: 'circuit-half-open'
      /** Which circuit. */
      readonly name: string
    }
  | {
      /** A circuit closed: calls are made as usual. */
      readonly type: 'circuit-closed'
      /** Which circuit. */
      readonly name: string
    }
  | {
      /** A second attempt was made beside the first. */
      readonly type: 'hedge'
      /** What was called. */
      readonly name: string
      /** How long the first one had been under way. */
      readonly delayMs: number
    }
  | {
      /** A fallback answered. */
      readonly type: 'fallback'
      /** What was called. */
      readonly name: string
      /** What went wrong before. */
      readonly error: unknown
    }
  | {
      /** A call joined one in progress. */
      readonly type: 'dedupe'
      /** What was called. */
      readonly name: string
    }
  | {
      /** A call waits for its turn. */
      readonly type: 'wait'
      /** What is called. */
      readonly name: string
      /** How many wait, this one included. */
      readonly waiting: number
    }
  | {
      /** A batch was answered. */
      readonly type: 'batch'
      /** What loaded it. */
      readonly name: string
      /** How many keys it had. */
      readonly size: number
      /** How many of them failed. */
      readonly failed: number
      /** Which attempt, from 1. */
      readonly attempt: number
      /** How long it took. */
      readonly durationMs: number
    }
  | {
      /** A listener threw, or another function that was only to be told or asked something. */
      readonly type: 'fault'
      /** What went wrong. */
      readonly error: HotpathError
    }

/** Names of the events. */
export type RequestEventType = RequestEvent['type']

/** The event of one name, or any event for `'*'`. */
export type RequestEventOf<Type extends RequestEventType | '*'> = EventNamed<RequestEvent, Type>

/** Called for each event of a type; what it throws becomes a `fault` event and harms nobody. */
export type RequestListener<Type extends RequestEventType | '*'> = (event: RequestEventOf<Type>) => void

/** One stream of events for all policies that are given it. */
export interface RequestEvents {
  /** Listens to one event, or to all as `'*'`; the function that it returns ends that. */
  on<Type extends RequestEventType | '*'>(type: Type, listener: RequestListener<Type>): () => void
  /** Listens to the next one alone; the function that it returns ends that before. */
  once<Type extends RequestEventType | '*'>(type: Type, listener: RequestListener<Type>): () => void
  /** Whether an event is worth making. */
  wants(type: RequestEventType): boolean
  /** Calls those that listen. Never throws. */
  emit(event: RequestEvent): void
}

const ALL_TYPES: Readonly<Record<RequestEventType, true>> = {
  'attempt-failed': true,
  retry: true,
  timeout: true,
  'circuit-open': true,
  'circuit-half-open': true,
  'circuit-closed': true,
  hedge: true,
  fallback: true,
  dedupe: true,
  wait: true,
  batch: true,
  fault: true,
}

/**
 * Makes a stream of events, to be given to policies as their `events`.
 *
 * @example
 * ```ts
 * import { createRequestEvents, retry } from '@hotpath/request'
 *
 * const events = createRequestEvents()
 * events.on('attempt-failed', ({ name, attempt }) => console.log(name, attempt)) // load 1
 *
 * let calls = 0
 * async function load() {
 *   if (++calls === 1) throw new Error('busy')
 *   return 'done'
 * }
 * console.log(await retry(load, { delay: '1ms', events })()) // done
 * ```
 */
export function createRequestEvents(): RequestEvents {
  const bus = new Events(ALL_TYPES, { subject: 'events', wentOn: 'The call' })
  return {
    on: (type, listener) => bus.on(type, listener),
    once: (type, listener) => bus.once(type, listener),
    wants: (type) => bus.wants(type),
    emit: (event) => bus.emit(event),
  }
}

class Events extends EventBus<RequestEvent> {
  fault(error: HotpathError): void {
    this.emit({ type: 'fault', error })
  }
}
