/**
 * What the tabs of a soak load and write, and what each of their reads has to see at least: every version that was written
 * and invalidated before the read began. A tab has to see its own at once; those of others when the read names their token,
 * or a while later.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** How much later tabs have to know by themselves: far more than it takes, as the machine may be busy. */
const GRACE_MS = 3_000
/** The longest that a load takes, so that invalidations come in the middle of some. */
const LOAD_MS = 30

/** A version whose invalidation was acknowledged. */
interface Acknowledged {
  readonly version: number
  readonly tab: string
  readonly token: string
  readonly at: number
}

/** What a read has to see of a key. */
export interface Floor {
  /** At least this version. */
  readonly version: number
  /** At least this one, when the read is made with the token. */
  readonly last: number
  readonly token: string
}

/** What the tabs did. */
export interface Counts {
  loads: number
  writes: number
  reads: number
}

/** The server of a soak. */
export class Truth {
  readonly counts: Counts = { loads: 0, writes: 0, reads: 0 }
  /** Reads that saw less than they had to. */
  readonly stale: string[] = []
  readonly #versions = new Map<string, number>()
  readonly #acknowledged = new Map<string, Acknowledged[]>()

  /** Responds to a request of a page. */
  respond(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const [key, tab] = [searchParams.get('key') ?? '', searchParams.get('tab') ?? '']
    const send = (body: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      response.end(JSON.stringify(body))
    }
    switch (pathname) {
      case '/api/load': {
        const version = this.#versions.get(key) ?? 0
        this.counts.loads++
        setTimeout(() => send({ version }), Math.random() * LOAD_MS)
        return
      }
      case '/api/write': {
        const version = (this.#versions.get(key) ?? 0) + 1
        this.#versions.set(key, version)
        this.counts.writes++
        return send({ version })
      }
      case '/api/acknowledged': {
        const version = Number(searchParams.get('version'))
        const token = searchParams.get('token') ?? ''
        const all = this.#acknowledged.get(key) ?? []
        this.#acknowledged.set(key, [...all, { version, tab, token, at: performance.now() }].slice(-200))
        return send({})
      }
      case '/api/floors': {
        this.counts.reads += Number(searchParams.get('reads'))
        return send(Object.fromEntries([...this.#acknowledged.keys()].map((key) => [key, this.#floorOf(key, tab)])))
      }
      case '/api/stale':
        this.stale.push(searchParams.get('what') ?? '')
        return send({})
      default:
        response.writeHead(404).end()
    }
  }

  /** Of a key that was written. */
  #floorOf(key: string, tab: string): Floor {
    const all = this.#acknowledged.get(key) as Acknowledged[]
    const known = all.filter((one) => one.tab === tab || performance.now() - one.at > GRACE_MS)
    const highest = (of: readonly Acknowledged[]): number => Math.max(0, ...of.map(({ version }) => version))
    const last = all.at(-1) as Acknowledged
    return { version: highest(known), last: last.version, token: last.token }
  }
}
