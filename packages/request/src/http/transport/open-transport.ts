/** Chooses what carries requests: undici where it is installed, and the platform's `fetch` elsewhere. */
import { fetchTransport } from './fetch-transport.ts'
import { type CallTransport, type HttpTransport, sendWithin } from './transport.ts'
import { type UndiciDispatcher, undiciTransport } from './undici-transport.ts'

/** How to open it. */
export interface TransportPlan {
  readonly connections: number
  /** Whether responses are cached by the client, so that the platform should not do it as well. */
  readonly caches: boolean
  readonly transport: HttpTransport | undefined
  readonly dispatcher: UndiciDispatcher | undefined
}

interface UndiciModule {
  readonly Agent?: new (options: { connections: number | null; allowH2: boolean }) => Partial<UndiciDispatcher>
}

/** The transport of a client; undici is looked for at the first request, as only then a promise may be waited for. */
export function openTransport({ connections, caches, transport, dispatcher }: TransportPlan): CallTransport {
  if (transport !== undefined) return { send: (request) => transport.send(request) }
  if (dispatcher !== undefined) return undiciTransport(dispatcher, false)
  let opened: CallTransport | undefined
  let opening: Promise<CallTransport> | undefined
  const open = async (): Promise<CallTransport> => {
    const undici = await importUndici()
    const agent =
      undici?.Agent &&
      new undici.Agent({ connections: connections === Number.POSITIVE_INFINITY ? null : connections, allowH2: true })
    // Bun has an undici of its own, whose agents send nothing.
    opened =
      typeof agent?.dispatch === 'function'
        ? undiciTransport(agent as UndiciDispatcher, true)
        : fetchTransport({ cache: caches ? 'no-store' : undefined })
    return opened
  }
  return {
    send: (request) => opened?.send(request) ?? (opening ??= open()).then((it) => it.send(request)),
    sendWithin: (call, request) =>
      opened === undefined
        ? (opening ??= open()).then((it) => sendWithin(it, call, request))
        : sendWithin(opened, call, request),
    // Opened or not: a request may be on its way to it.
    close: async () => (opened ?? (await opening))?.close?.(),
  }
}

async function importUndici(): Promise<UndiciModule | undefined> {
  if (typeof process === 'undefined' || process.versions?.node === undefined) return undefined
  try {
    // Bundlers for browsers leave it out: see `browser` in package.json.
    return await import('undici')
  } catch {
    return undefined
  }
}
