/** What really happened: invalidations and when each was called, accepted and told; values and when each was read. */
import { type Invalidation, hasKeyPrefix } from '@hotpath/contract'
import type { Accepted, Server } from './server.ts'
import type { World } from './world.ts'

/** What the source said at one moment. Moments are numbers of `World.observe()`. */
export interface Value {
  readonly id: number
  readonly key: string
  readonly tags: readonly string[]
  /** When the source was read, or the value saved; of a claim of `set`: when it was accepted. */
  readAt: number
  /** Whether its windows have begun. */
  isStored: boolean
  /** When its windows end, in milliseconds of virtual time. */
  freshUntilMs: number
  staleUntilMs: number
  errorUntilMs: number
  mayBeStale: boolean
  /** A loader said that it is older than its load: callers that waited for that load get it all the same. */
  isOlder: boolean
  mayBeStaleIfError: boolean
}

/** One cache of one process. */
export interface Party {
  readonly name: string
  /** When calls of others came into effect here. */
  readonly heard: Map<Call, number>
  /** The same as instants of virtual time. */
  readonly heardMs: Map<Call, number>
  readonly maxOfflineMs: number
  /** Epoch of the mirror that was the last to stand. */
  epoch: string | undefined
  isAlive(): boolean
  /** Instant of virtual time at which it last spoke to a server that had been replaced; until it heard of the new one. */
  isolatedMs: number
}

/** An invalidation of one scope. */
export interface Call {
  readonly party: Party
  readonly what: Invalidation
  readonly calledAt: number
  readonly calledMs: number
  readonly matches: (value: Pick<Value, 'key' | 'tags'>) => boolean
  readonly acceptances: Acceptance[]
  acknowledgedMs: number | undefined
  /** What the log lost and nobody has to say again. */
  isVoid: boolean
  /** What it claims to be current. */
  readonly claim: Value | undefined
  /** Nobody called for it: the engine lets it stand for others that were too many. */
  readonly isStandIn: boolean
}

export interface Acceptance {
  readonly call: Call
  readonly server: Server
  readonly epoch: string
  readonly position: number
  readonly at: number
  readonly ms: number
  /** Whether no other server had taken this one's place. */
  readonly isPrimary: boolean
}

export class History {
  readonly calls: Call[] = []
  readonly acceptances: Acceptance[] = []
  /** When each epoch began. */
  readonly epochs: Map<string, number> = new Map()
  readonly #byPosition = new Map<string, Acceptance>()
  readonly #bySent = new WeakMap<Invalidation, Call>()
  readonly #world: World
  primary: Server | undefined
  #values = 0

  constructor(world: World) {
    this.#world = world
  }

  value(key: string, tags: readonly string[], readAt: number): Value {
    const windows = {
      freshUntilMs: 0,
      staleUntilMs: 0,
      errorUntilMs: 0,
      mayBeStale: false,
      isOlder: false,
      mayBeStaleIfError: false,
    }
    return { id: ++this.#values, key, tags, readAt, isStored: false, ...windows }
  }

  called(call: Omit<Call, 'acceptances' | 'acknowledgedMs' | 'isVoid'>): Call {
    const one: Call = { ...call, acceptances: [], acknowledgedMs: undefined, isVoid: false }
    this.calls.push(one)
    return one
  }

  /** What goes over the network for a call: a copy, which tells where it came from. */
  sent(call: Call): Invalidation {
    const sent = { ...call.what }
    this.#bySent.set(sent, call)
    return sent
  }

  /** A party was told that its calls are accepted, and with them those that they stand for: equal ones, and too many. */
  acknowledged(calls: readonly Call[]): void {
    for (const one of calls) {
      one.acknowledgedMs = this.#world.now
      for (const call of this.calls) {
        if (call.party === one.party && call.acknowledgedMs === undefined && covers(one.what, call.what))
          call.acknowledgedMs = this.#world.now
      }
    }
  }

  accepted({ record, invalidation, server }: Accepted): void {
    const call = this.#bySent.get(invalidation)
    if (call === undefined) throw new Error('an invalidation that nobody called for')
    const { epoch, position } = record
    const isPrimary = server === this.primary
    if (isPrimary) call.isVoid = false
    const at = this.#world.observe()
    const one: Acceptance = { call, server, epoch, position, at, ms: this.#world.now, isPrimary }
    if (call.claim?.readAt === Number.POSITIVE_INFINITY) call.claim.readAt = at
    call.acceptances.push(one)
    this.acceptances.push(one)
    this.#byPosition.set(`${epoch}.${position}`, one)
  }

  /** A party's mirror stands in this epoch. What it had acknowledged too long ago, and was lost, is not said again. */
  stands(party: Party, epoch: string): void {
    if (epoch === party.epoch) return
    party.epoch = epoch
    for (const call of this.calls) {
      if (call.party !== party || call.acknowledgedMs === undefined) continue
      if (call.acceptances.some((one) => one.isPrimary)) continue
      if (call.acknowledgedMs < this.#world.now - party.maxOfflineMs * 0.9) call.isVoid = true
    }
  }

  /** Whether a server in charge has it, or a later one of the same cache that stands for it: equal, or for too many. */
  isAccepted({ party, acceptances, calledAt, what }: Call): boolean {
    if (acceptances.some((one) => one.isPrimary)) return true
    return this.acceptances.some(
      ({ isPrimary, call, at }) => isPrimary && at > calledAt && call.party === party && covers(call.what, what),
    )
  }

  /** What a position or token stands for. */
  at(token: string): Acceptance | undefined {
    return this.#byPosition.get(token)
  }
}

/** Whether one invalidation does all that another would do. */
function covers(wide: Invalidation, narrow: Invalidation): boolean {
  if (wide.strength === 'soft' && narrow.strength === 'hard') return false
  if (wide.strength === 'soft' && limitOf(wide) > limitOf(narrow)) return false
  const [one, other] = [wide.scope, narrow.scope]
  if (one.type === 'all') return true
  if (one.type === 'prefix' && other.type === 'key') return hasKeyPrefix(other.key, one.prefix)
  return JSON.stringify(one) === JSON.stringify(other)
}

function limitOf({ forMs = Number.POSITIVE_INFINITY }: Invalidation): number {
  return forMs
}
