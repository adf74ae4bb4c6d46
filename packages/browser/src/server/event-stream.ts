/** Changes of a cache as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import type { Clock, Token } from '@hotpath/contract'
import type { Changes } from '@hotpath/core/changes'
import type { ServerMessage } from '../follow/server-message.ts'
import type { Hears } from './may-hear.ts'

/** After that a browser connects again by itself. */
const RETRY_MS = 2_000

/** What a stream is made with. */
export interface EventStreamOptions {
  /** Where the changes begin. */
  readonly from: Token
  /** Nobody knows what the client has missed before. */
  readonly isGap: boolean
  readonly clock: Clock
  readonly heartbeatMs: number
  readonly hears: Hears
  /** Of the request: aborted when the client leaves, also one that reads nothing. */
  readonly signal: AbortSignal
  /** Called once, when it is over. */
  readonly ended: () => void
}

/** Reads a change when the client has room for it; those that wait are bounded by `changes`, which returns a gap then. */
export function eventStream(
  changes: Changes,
  { from, isGap, clock, heartbeatMs, hears, signal, ended }: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const bytesOf = (message: ServerMessage): Uint8Array =>
    encoder.encode(`id: ${message.token}\ndata: ${JSON.stringify(message)}\n\n`)
  /** Everything up to there was sent, or is not for this client. */
  let last = from
  let next: ReturnType<Changes['next']> | undefined
  let isOver = false
  /** A client that leaves ends a read that waits, too. */
  const end = (): void => {
    if (isOver) return
    isOver = true
    ended()
  }

  /** The next message for this client. */
  async function read(): Promise<ServerMessage | undefined> {
    for (;;) {
      next ??= changes.next()
      const result = await inTime(next, clock, heartbeatMs)
      if (result === undefined) return { type: 'alive', token: last }
      next = undefined
      if (result.done === true) return undefined
      const change = result.value
      last = change.token
      if (change.type === 'gap') return { type: 'gap', token: last }
      const { type, scope, strength, forMs, token } = change
      const may = scope.type === 'all' || hears(scope)
      // It names nothing: the client asks what of its own still holds.
      if (may === undefined) return { type: 'gap', token }
      if (may) return { type, scope, strength, ...(forMs !== undefined && { forMs }), token }
    }
  }

  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n`))
      controller.enqueue(bytesOf({ type: isGap ? 'gap' : 'alive', token: from }))
      const left = (): void => {
        if (isOver) return
        end()
        controller.close()
      }
      if (signal.aborted) left()
      else signal.addEventListener('abort', left, { once: true })
    },
    async pull(controller) {
      try {
        const message = await read()
        if (isOver) return
        if (message !== undefined) return controller.enqueue(bytesOf(message))
        controller.close()
      } catch (error) {
        controller.error(error)
        await changes.return()
      }
      end()
    },
    async cancel() {
      end()
      await changes.return()
    },
  })
}

/** What a promise resolves to, or `undefined` when that takes longer. */
async function inTime<Value>(promise: Promise<Value>, clock: Clock, limitMs: number): Promise<Value | undefined> {
  let cancel = (): void => {}
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(limitMs, () => resolve(undefined))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    cancel()
  }
}
