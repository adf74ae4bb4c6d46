import { ConfigError, HotpathError, received } from '@hotpath/contract'
import { isPromise } from './is-promise.ts'

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
      /** A listener threw. */
      readonly type: 'fault'
      /** What went wrong. */
      readonly error: HotpathError
    }

/** Names of the events. */
export type RequestEventType = RequestEvent['type']

/** The event of one name. */
export type RequestEventOf<Type extends RequestEventType> = Extract<
  RequestEvent,
  {
    /** Which event. */
    readonly type: Type
  }
>

/** Called for each event of a type; what it throws becomes a `fault` event and harms nobody. */
export type RequestListener<Type extends RequestEventType> = (event: RequestEventOf<Type>) => void

/** One stream of events for all policies that are given it. */
export interface RequestEvents {
  /** Listens; the answer ends it. */
  on<Type extends RequestEventType>(type: Type, listener: RequestListener<Type>): () => void
  /** Whether an event is worth making. */
  wants(type: RequestEventType): boolean
  /** Tells an event to those who listen. Never throws. */
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

type AnyListener = (event: RequestEvent) => void

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
  const listeners = new Map<RequestEventType, Set<AnyListener>>()

  function emit(event: RequestEvent): void {
    const own = listeners.get(event.type)
    if (own === undefined) return
    for (const listener of [...own]) {
      try {
        const answer: unknown = listener(event)
        if (isPromise(answer)) answer.then(undefined, (cause: unknown) => threw(event, cause))
      } catch (cause) {
        threw(event, cause)
      }
    }
  }

  function threw({ type }: RequestEvent, cause: unknown): void {
    // A fault listener that throws has nobody left to tell.
    if (type !== 'fault') emit({ type: 'fault', error: listenerThrew(type, cause) })
  }

  return {
    on(type, listener) {
      assertType(type)
      assertListener(type, listener)
      const own = listeners.get(type) ?? new Set()
      listeners.set(type, own)
      // One function may listen twice; each subscription ends on its own.
      const added: AnyListener = (event) => listener(event as never)
      own.add(added)
      return () => {
        own.delete(added)
        if (own.size === 0 && listeners.get(type) === own) listeners.delete(type)
      }
    },
    wants: (type) => listeners.has(type),
    emit,
  }
}

function assertType(type: unknown): asserts type is RequestEventType {
  if (typeof type === 'string' && Object.hasOwn(ALL_TYPES, type)) return
  const names = Object.keys(ALL_TYPES).join(', ')
  throw new ConfigError('ERR_CONFIG_OPTION', `There is no event ${received(type)}. Use one of ${names}.`)
}

function assertListener(type: string, listener: unknown): void {
  if (typeof listener === 'function') return
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `The listener for \`${type}\` must be a function, received ${received(listener)}. Use for example \`events.on('${type}', (event) => …)\`.`,
  )
}

function listenerThrew(type: RequestEventType, cause: unknown): HotpathError {
  return new HotpathError(
    'ERR_LISTENER_THREW',
    `A listener for \`${type}\` threw. The call went on; handle the error inside the listener.`,
    { cause, context: { type } },
  )
}
