/** Connections that fall silent: nothing is closed, and what comes is swallowed. */
/** As much of a proxy as is needed. */
export interface Silenceable {
  readonly connections: readonly { readonly isOpen: boolean; silence(direction?: Direction): void; drop(): void }[]
  silenceNew(direction: Direction | undefined): void
}

type Direction = 'to-server' | 'to-client' | 'both'

const DIRECTIONS: readonly Direction[] = ['to-server', 'to-client', 'both']
/** When the system finds out that nobody is there. */
const DROPPED_MS = 8_000
const NEW_MS = 2_000

/** One proxy for each process that has one. */
export function silences(proxies: readonly Silenceable[]): Readonly<Record<string, () => Promise<void>>> {
  let turns = 0
  const silence = (connections: Silenceable['connections']): void => {
    const direction = DIRECTIONS[turns++ % DIRECTIONS.length]
    for (const connection of connections) {
      connection.silence(direction)
      setTimeout(() => connection.drop(), DROPPED_MS).unref()
    }
  }
  const next = (): Silenceable | undefined => proxies[turns % proxies.length]
  return {
    async 'silence one connection of a process'() {
      const open = next()?.connections.filter(({ isOpen }) => isOpen) ?? []
      silence(open.slice(turns % Math.max(1, open.length)).slice(0, 1))
    },
    async 'silence all connections of a process, and new ones for a while'() {
      const proxy = next()
      proxy?.silenceNew('both')
      setTimeout(() => proxy?.silenceNew(undefined), NEW_MS).unref()
      silence(proxy?.connections.filter(({ isOpen }) => isOpen) ?? [])
    },
  }
}
