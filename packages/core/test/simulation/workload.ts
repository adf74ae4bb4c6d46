/** What callers do, by chance. */
import { isHotpathError } from '@hotpath/contract'
import type { LoadContext, Token, WriteOptions } from '../core.ts'
import type { Read } from './checker.ts'
import type { Value } from './history.ts'
import type { Client } from './process.ts'
import type { Scene } from './scene.ts'
import { KEYS, type Key, SourceError, TAGS, load } from './source.ts'

const TOKENS = 30
/** For how long what is expired may be stale, in milliseconds. */
const TIMES = [0, 50, 500, 5_000]

/** A caller does not want his answer any more. */
class LeftError extends Error {
  override readonly name = 'LeftError'
}

/** A token for a read, and what became of its write. */
interface Drawn extends Pick<Read, 'after' | 'mustLoad'> {
  readonly token: Token | undefined
}

export class Workload {
  readonly #scene: Scene
  readonly #tokens: Token[] = []
  /** Calls that were begun. */
  calls = 0

  constructor(scene: Scene) {
    this.#scene = scene
  }

  /** One call of one client. */
  act(client: Client): void {
    const { world, climate } = this.#scene
    const { random } = world
    this.calls++
    if (random() < climate.writes) return this.#write(client)
    const lot = random()
    if (lot < 0.59) void this.getOrSet(client, random.pick(KEYS), this.#draw())
    else if (lot < 0.71) this.#getOrSetMany(client)
    else if (lot < 0.86) this.#get(client)
    else if (lot < 0.93) this.#getMany(client)
    else if (lot < 0.97) this.#copy(client)
    else this.#loadOlder(client)
  }

  /** A read with a loader; resolves when it is over. */
  getOrSet(client: Client, { key, encoded }: Key, options: Partial<Read & Drawn>): Promise<void> {
    const { random } = this.#scene.world
    const tags = TAGS.filter(() => random.chance(0.3))
    const read: Read = { ...this.#read(client, encoded, 'stale-if-error'), ...options }
    const isIdle = options.token !== undefined || this.#mayPause
    const done = !isIdle ? client.waits.begins(encoded, read.startedAt) : () => {}
    const refresh = random.chance(0.05)
    const judgedBy = this.#judgedBy()
    if (judgedBy !== undefined) read.tags = judgedBy
    const loader = (context: Parameters<typeof load>[4]): Promise<Value> =>
      this.#asking(client, [encoded], load(this.#scene, client, encoded, tags, context))
    const signal = options.isLast !== true && random.chance(0.1) ? this.#leave(client) : undefined
    const answer = client.cache.getOrSet<Value>(key, loader, { tags, after: options.token, judgedBy, refresh, signal })
    return this.#expect(client, `getOrSet ${encoded}`, answer, done, (value) =>
      this.#scene.checker.answered(read, value),
    )
  }

  /** Reads what memory has, without a trace. */
  peek(client: Client): void {
    for (const { key, encoded } of KEYS) {
      const value = client.cache.peek<Value>(key, { stale: true })
      if (value !== undefined) this.#scene.checker.answered(this.#read(client, encoded, 'stale'), value)
    }
  }

  /** A caller's signal, aborted soon. */
  #leave({ machine, party }: Client): AbortSignal {
    const controller = new AbortController()
    const delayMs = this.#scene.world.random() * 300
    machine.receive(delayMs, `${party.name} leaves`, () => controller.abort(new LeftError()))
    return controller.signal
  }

  /** A loader is at work for keys, until it answers or is given up. */
  #asking<Result>(
    { waits, machine }: Client,
    keys: readonly string[],
    answer: Promise<Result>,
    over: Promise<unknown> = answer.catch(() => {}),
  ): Promise<Result> {
    const ends = keys.map((key) => waits.asks(key))
    const end = (): void => ends.forEach((one) => one())
    const cancel = machine.after(this.#scene.climate.freshness.timeout.hard + 1_000, end)
    void over.then(() => {
      cancel()
      end()
    })
    return answer
  }

  /** Who waits for a lease, or for the end of a pause after a failure, does nothing meanwhile. */
  get #mayPause(): boolean {
    const { freshness, hasLeases } = this.#scene.climate
    return hasLeases || freshness.backoff !== false
  }

  #read({ party }: Client, key: string, accepts: Read['accepts']): Read {
    const { world } = this.#scene
    const start = { startedAt: world.observe(), startedMs: world.now, isolatedMs: party.isolatedMs }
    return { party, key, ...start, after: undefined, mustLoad: false, accepts, tags: [], isLast: false }
  }

  /** Perhaps the token of a write on any node. */
  #draw(): Drawn {
    const { world, history } = this.#scene
    const token = this.#tokens.length > 0 && world.random.chance(0.3) ? world.random.pick(this.#tokens) : undefined
    return { token, after: token && history.at(token), mustLoad: token?.startsWith('_.') === true }
  }

  /** Perhaps tags that a read depends on, beside those of the value. */
  #judgedBy(): readonly string[] | undefined {
    const { random } = this.#scene.world
    return random.chance(0.2) ? [random.pick(TAGS)] : undefined
  }

  #get(client: Client): void {
    const { random } = this.#scene.world
    const { key, encoded } = random.pick(KEYS)
    const { token, ...of } = this.#draw()
    const stale = random.chance(0.3)
    const judgedBy = this.#judgedBy()
    const read = { ...this.#read(client, encoded, stale ? 'stale' : 'fresh'), ...of, tags: judgedBy ?? [] }
    const answer = client.cache.get<Value>(key, { after: token, stale, judgedBy })
    void this.#expect(client, `get ${encoded}`, answer, undefined, (value) => this.#scene.checker.answered(read, value))
  }

  #getMany(client: Client): void {
    const { token, ...of } = this.#draw()
    const reads = KEYS.map(({ encoded }) => ({ ...this.#read(client, encoded, 'fresh'), ...of }))
    const answer = client.cache.getMany<Value>(
      KEYS.map(({ key }) => key),
      { after: token },
    )
    void this.#expect(client, 'getMany', answer, undefined, (values) => {
      for (const [index, read] of reads.entries()) this.#scene.checker.answered(read, values[index])
    })
  }

  #getOrSetMany(client: Client): void {
    const { random } = this.#scene.world
    const { token, ...of } = this.#draw()
    const tags = TAGS.filter(() => random.chance(0.4))
    const wanted = KEYS.filter(() => random.chance(0.7))
    const reads = wanted.map(({ encoded }) => ({ ...this.#read(client, encoded, 'stale-if-error'), ...of }))
    const dones = reads.map(({ key, startedAt }) =>
      // Of several, one may be there already and wait for the others.
      token === undefined && reads.length === 1 && !this.#mayPause ? client.waits.begins(key, startedAt) : () => {},
    )
    const loader = (missing: readonly unknown[]): Promise<Value[]> => {
      const keys = missing.map((key) => (key as Key['key']).join(':'))
      const loads = keys.map((key) => load(this.#scene, client, key, tags))
      return this.#asking(client, keys, Promise.all(loads), Promise.allSettled(loads))
    }
    const answer = client.cache.getOrSetMany<Value>(
      wanted.map(({ key }) => key),
      loader,
      { tags, after: token },
    )
    const done = (): void => dones.forEach((one) => one())
    void this.#expect(client, 'getOrSetMany', answer, done, (values) => {
      for (const [index, read] of reads.entries()) this.#scene.checker.answered(read, values[index])
    })
  }

  /** Stores what was read from the source a while ago, as of then. */
  #copy(client: Client): void {
    const { random } = this.#scene.world
    const { key, encoded } = random.pick(KEYS)
    const asOf = client.cache.position()
    if (asOf === undefined) return
    const tags = TAGS.filter(() => random.chance(0.4))
    const stored = load(this.#scene, client, encoded, tags, undefined, false).then((value) =>
      client.cache.set(key, value, { asOf, tags }),
    )
    void this.#expect(client, `copy ${encoded}`, stored, undefined, () => {})
  }

  /** Loads what a replica had a while ago, as of then. */
  #loadOlder(client: Client): void {
    const { random } = this.#scene.world
    const { key, encoded } = random.pick(KEYS)
    const asOf = client.cache.position()
    if (asOf === undefined) return
    const tags = TAGS.filter(() => random.chance(0.4))
    const loaded = load(this.#scene, client, encoded, tags, undefined, false).then((value) => {
      value.isOlder = true
      const loader = ({ setAsOf }: LoadContext): Value => {
        setAsOf(asOf)
        return value
      }
      return client.cache.getOrSet<Value>(key, loader, { tags, refresh: true })
    })
    void this.#expect(client, `loads older ${encoded}`, loaded, undefined, () => {})
  }

  #write(client: Client): void {
    const { random } = this.#scene.world
    const { key } = random.pick(KEYS)
    const { cache } = client
    const tags = TAGS.filter(() => random.chance(0.5))
    const options = { queue: random.chance(0.3) }
    client.intent.isCalling = true
    const written = random.pick([
      () => this.#set(client, options),
      () => this.#set(client, options),
      () => this.#writeThrough(client, options),
      () => cache.delete(key, options),
      () => cache.expire(key, options),
      () => cache.invalidateTags(tags.length > 0 ? tags : [TAGS[0]], options),
      () => cache.invalidateTags([random.pick(TAGS)], options),
      () => cache.expireTags([random.pick(TAGS)], options),
      () => cache.expireTags([random.pick(TAGS)], { ...options, for: random.pick(TIMES) }),
      () => cache.invalidate([{ key }, { prefix: ['a'] }], { ...options, soft: true, for: random.pick(TIMES) }),
      () => cache.invalidatePrefix([key[0] as string], options),
      () => cache.invalidatePattern(random.pick(['a:*', '*:1', '*']), options),
      () => cache.namespace('a').clear(options),
      () => cache.deleteMany([key, random.pick(KEYS).key], options),
      () => cache.expirePrefix([key[0] as string], options),
      () => cache.expirePattern(random.pick(['a:*', '*:1', '*']), options),
      () => (random.chance(0.3) ? cache.expireAll(options) : cache.expire(key, options)),
      () => cache.invalidate([{ key }, { tags: [random.pick(TAGS)] }], { ...options, soft: random.chance(0.3) }),
      () => (random.chance(0.3) ? cache.clear(options) : cache.delete(key, options)),
    ])()
    client.intent.isCalling = false
    void this.#expect(client, 'write', written, undefined, (token) => {
      this.#tokens.push(token)
      if (this.#tokens.length > TOKENS) this.#tokens.shift()
    })
  }

  #set(client: Client, options: WriteOptions): Promise<Token> {
    const { world, history } = this.#scene
    const { random } = world
    const tags = TAGS.filter(() => random.chance(0.4))
    const chosen = random.chance(0.7) ? [random.pick(KEYS)] : KEYS
    const entries = chosen.map(({ key, encoded }) => {
      const value = history.value(encoded, tags, Number.POSITIVE_INFINITY)
      client.intent.claims.set(encoded, value)
      return { key, value }
    })
    const [first] = entries
    const stored =
      entries.length === 1 && first !== undefined
        ? client.cache.set(first.key, first.value, { tags, ...options })
        : client.cache.setMany(entries, { tags, ...options })
    client.intent.claims.clear()
    return stored
  }

  /** Saves a value, perhaps in vain. Its own invalidation, which comes after it, is the only one that it outlives. */
  #writeThrough(client: Client, options: WriteOptions): Promise<Token> {
    const { world, history, climate } = this.#scene
    const { random } = world
    const { machine, party, intent } = client
    const { key, encoded } = random.pick(KEYS)
    const tags = TAGS.filter(() => random.chance(0.4))
    const pass = (label: string): Promise<void> =>
      new Promise((resolve) => machine.receive(random() * climate.sourceMs, `${party.name} ${label}`, resolve))
    const value = history.value(encoded, tags, Number.POSITIVE_INFINITY)
    const save = async (): Promise<void> => {
      await pass(`saves ${encoded}`)
      value.readAt = world.observe()
      await pass(`has saved ${encoded}`)
      intent.isCalling = true
      intent.claims.set(encoded, value)
      // The call appends when this has resolved, in the same turn.
      void flushed().then(() => {
        intent.isCalling = false
        intent.claims.delete(encoded)
      })
      if (random.chance(0.1)) throw new SourceError('save failed')
    }
    return client.cache.write(key, value, save, { tags, ...options }).then(({ token }) => token)
  }

  /** Sees a call through: it has to end, and may fail in ways that are known. */
  async #expect<Answer>(
    client: Client,
    what: string,
    answer: Promise<Answer>,
    done: (() => void) | undefined,
    check: (answer: Answer) => void,
  ): Promise<void> {
    const { world } = this.#scene
    const open = `${what} of ${client.party.name}, begun at ${world.now.toFixed(1)} ms (${this.calls})`
    world.note(`             ${client.party.name} ${what}`)
    client.open.add(open)
    try {
      const result = await answer
      if (client.machine.alive) check(result)
    } catch (error) {
      if (!client.machine.alive) return
      const isKnown =
        error instanceof SourceError ||
        error instanceof LeftError ||
        isHotpathError(error, 'ERR_LOG_UNAVAILABLE') ||
        isHotpathError(error, 'ERR_LOAD_TIMEOUT')
      const isRead = what.startsWith('get ') || what === 'getMany'
      if (world.failure === undefined && (!isKnown || isRead)) {
        world.failure = new Error(`P6: ${open} fails: ${String(error)}`, { cause: error })
      }
    } finally {
      done?.()
      client.open.delete(open)
    }
  }
}

/** When what follows a promise in the same turn has run. */
async function flushed(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
