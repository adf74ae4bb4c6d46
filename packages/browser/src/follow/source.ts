/** What messages of a server come from. */
import { readMessage, type ServerMessage } from './server-message.ts'

/** As much of an `EventSource` or a `WebSocket` as is used. */
export interface MessageSource {
  /** Its `message` events have the JSON of a message as `data`. */
  addEventListener(type: 'message' | 'error' | 'close', listener: (event: { readonly data?: unknown }) => void): void
  /** Ends it. */
  close(): void
}

/** An `EventSource`, a `WebSocket`, or anything that iterates over messages or their JSON. */
export type InvalidationSource = MessageSource | AsyncIterable<ServerMessage | string>

/** Called with what comes from a source. */
export interface SourceListener {
  message(message: ServerMessage): void
  /** Nothing comes any more. Called at most once. */
  ended(cause?: unknown): void
}

/** Listens to a source; the function that it returns closes it, without a call of `ended`. */
export function listenTo(source: InvalidationSource, listener: SourceListener): () => void {
  let isOver = false
  const end = (cause?: unknown): void => {
    if (isOver) return
    stop()
    listener.ended(cause)
  }
  const take = (data: unknown): void => {
    const message = isOver ? undefined : readMessage(data)
    if (message !== undefined) listener.message(message)
  }
  const close = Symbol.asyncIterator in source ? iterate(source, take, end) : subscribe(source, take, end)
  function stop(): void {
    isOver = true
    close()
  }
  return stop
}

function subscribe(source: MessageSource, take: (data: unknown) => void, end: (cause?: unknown) => void): () => void {
  source.addEventListener('message', ({ data }) => take(data))
  // An EventSource would connect again by itself, without what another tab has dealt with meanwhile.
  source.addEventListener('error', () => end())
  source.addEventListener('close', () => end())
  return () => source.close()
}

function iterate(
  source: AsyncIterable<unknown>,
  take: (data: unknown) => void,
  end: (cause?: unknown) => void,
): () => void {
  const iterator = source[Symbol.asyncIterator]()
  const read = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await iterator.next()
      if (done === true) return end()
      take(value)
    }
  }
  read().catch(end)
  return () => void iterator.return?.().catch(() => {})
}
