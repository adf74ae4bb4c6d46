/** The surroundings of one race: nodes and wires of its own over an empty Redis, all ended with it. */
import type { Redis } from 'ioredis'
import { Origin } from './origin.ts'
import type { CacheNode, Peer } from './peer.ts'
import { type Proxy, startProxy } from './proxy.ts'
import { pause, until, within } from './wait.ts'

export interface NodeOptions {
  readonly where: 'memory' | 'Redis' | Proxy
  readonly tags?: readonly string[] | undefined
  readonly superjson?: boolean | undefined
}

export class Lab {
  readonly origin: Origin = new Origin()
  readonly peer: Peer
  readonly admin: Redis
  readonly #url: string
  readonly #nodes: CacheNode[] = []
  readonly #proxies: Proxy[] = []
  #probes = 0
  #isOver = false

  constructor(peer: Peer, admin: Redis, url: string) {
    this.peer = peer
    this.admin = admin
    this.#url = url
  }

  async node({ where, tags = [], superjson = false }: NodeOptions): Promise<CacheNode> {
    if (this.#isOver) throw new Error('The race is over.')
    const url = where === 'memory' ? undefined : where === 'Redis' ? this.#url : where.url
    const opening = this.peer.open({ url, tags, superjson, origin: this.origin })
    const node = await within(5_000, 'opening a node', opening)
    this.#nodes.push(node)
    return node
  }

  async proxy(): Promise<Proxy> {
    const proxy = await startProxy(this.#url)
    this.#proxies.push(proxy)
    return proxy
  }

  /**
   * Waits until `reader` hears what `writer` invalidates: each probe is a key of its own that both hold, so that the
   * reader's copy only goes by a message. Whether it ever did.
   */
  async hears(writer: CacheNode, reader: CacheNode, ms: number): Promise<boolean> {
    const end = performance.now() + ms
    while (performance.now() < end && !this.#isOver) {
      const key = `probe-${++this.#probes}`
      try {
        await within(500, 'a probe', Promise.all([writer.read(key), reader.read(key)]))
        this.origin.change(key)
        await within(500, 'a probe', writer.invalidateKey(key))
        if (await until(100, () => this.isFresh(reader, key))) return true
      } catch {
        // Not connected yet.
      }
    }
    return false
  }

  /** Whether a read answers with what the origin has now. */
  async isFresh(node: CacheNode, key: string): Promise<boolean> {
    return (await within(3_000, 'a read', node.read(key))) === this.origin.current(key)
  }

  /** Whether reads become fresh in time: other nodes may hear of an invalidation a little later. */
  becomesFresh(node: CacheNode, key: string): Promise<boolean> {
    return until(1_000, () => this.isFresh(node, key))
  }

  /** Waits until something is stored in Redis under a name that tells of the key, as writes may be under way; or gives up. */
  async stored(key: string): Promise<void> {
    await until(500, async () => (await this.admin.keys(`*${key}*`)).length > 0)
  }

  /** Lets what is under way arrive: callers that join, messages, writes that nobody waits for. */
  async settle(): Promise<void> {
    await pause(100)
  }

  /** Begins anew: no nodes, nothing in Redis. */
  async reset(): Promise<void> {
    const closing = this.#nodes.splice(0).map((node) => node.close())
    await within(3_000, 'closing', Promise.allSettled(closing)).catch(() => {})
    await this.admin.flushall()
  }

  async close(): Promise<void> {
    this.#isOver = true
    for (const proxy of this.#proxies) proxy.restore()
    await this.reset()
    for (const proxy of this.#proxies) proxy.close()
  }
}
