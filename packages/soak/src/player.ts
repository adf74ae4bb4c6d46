/**
 * Reads, loads and writes at random, and checks every value it gets: by its version (P1, P2, P3, P5, P16), and that none
 * is older than its life (P4). On the isolated side of a split brain versions are not promised, so they are counted
 * apart until it has ended.
 */
import { parseToken } from '@hotpath/contract'
import { type Cache, isHotpathError } from '@hotpath/core'
import type { SeededRandom } from '@hotpath/testkit'
import type { Checker } from './checker.ts'
import { KEYS, tagOf } from './names.ts'
import type { Acknowledged } from './protocol.ts'
import { type Source, tell } from './source.ts'
import { absoluteNow, pause } from './time.ts'

/** What a player works with. */
export interface PlayerParts {
  readonly cache: Cache
  readonly source: Source
  readonly checker: Checker
  readonly random: SeededRandom
  /** By how much longer than its life a value may be found. */
  readonly standsStillMs: number
  readonly report: {
    add(count: 'reads' | 'writes' | 'failedWrites'): void
    found(list: 'stale' | 'staleInSplit' | 'outlived', line: string): void
  }
}

interface Value {
  readonly version: number
  /** When its load ended. */
  readonly at: number
}

/** Of all operations; most of them of few keys, so that the others live long enough to be outdated by chance. */
const WRITE_RATIO = 0.04
/** Never written, and short-lived: nothing but their age ends them, so memory would outlive the store if it could. */
const CALM_KEYS = ['calm0', 'calm1', 'calm2']
const CALM_RATIO = 0.1
const CALM_MS = 1_500
/** A life begins a little after the end of the load. */
const SLACK_MS = 100
/** Of all reads. */
const NAMED_RATIO = 0.2

export class Player {
  /** Who is in this epoch may be on the isolated side of a split brain. */
  splitEpoch: string | undefined
  readonly #parts: PlayerParts
  /** Own writes that the replaced side of a split brain acknowledged. */
  #isolated: Acknowledged[] = []
  #isPlaying = true

  constructor(parts: PlayerParts) {
    this.#parts = parts
  }

  /** One operation after the other, until stopped. */
  async play(): Promise<void> {
    const { random } = this.#parts
    while (this.#isPlaying) {
      if (random() < WRITE_RATIO) await this.#write()
      else await this.#read()
      this.#reunite()
      await pause(random.int(4))
    }
  }

  stop(): void {
    this.#isPlaying = false
  }

  async #read(): Promise<void> {
    const { cache, checker, random, report, standsStillMs } = this.#parts
    const isCalm = random.chance(CALM_RATIO)
    const key = random.pick(isCalm ? CALM_KEYS : KEYS)
    const named = random.chance(NAMED_RATIO) ? checker.named(key) : undefined
    const expected = checker.expect(key, performance.now(), named)
    const startedAt = absoluteNow()
    const wasIsolated = this.isIsolated(cache.position())
    const value = await this.#ask(key, isCalm, named?.token)
    report.add('reads')
    if (value === undefined) return
    if (value.version < expected.version) {
      const line = `${key}: ${value.version} < ${expected.version} (${expected.why})`
      // It may have found its view of the log while it read. A token is kept on either side.
      const isInSplit = wasIsolated || this.isIsolated(cache.position())
      report.found(isInSplit && value.version >= (named?.version ?? 0) ? 'staleInSplit' : 'stale', line)
    }
    // It was judged some time after the start.
    const ageMs = startedAt - value.at
    if (isCalm && ageMs > CALM_MS + SLACK_MS + standsStillMs)
      report.found('outlived', `${key}: ${Math.round(ageMs)} ms old`)
  }

  async #ask(key: string, isCalm: boolean, token: string | undefined): Promise<Value | undefined> {
    const { cache, random } = this.#parts
    const after = token as never
    const terms = isCalm ? { ttl: CALM_MS } : { tags: [tagOf(key)], after }
    switch (random.int(4)) {
      case 0:
        return cache.get<Value>(key, { after })
      case 1:
        return (await cache.getOrSetMany<Value>([key], async () => [await this.#load(key)], terms))[0]
      default:
        return cache.getOrSet(key, () => this.#load(key), terms)
    }
  }

  async #load(key: string): Promise<Value> {
    const { random, source } = this.#parts
    await pause(random.int(8))
    const version = await source.ask('read', key)
    await pause(random.int(25))
    return { version, at: absoluteNow() }
  }

  async #write(): Promise<void> {
    const { checker, random, report, source } = this.#parts
    const key = KEYS[Math.floor(random() ** 3 * KEYS.length)] as string
    const version = await source.ask('write', key)
    report.add('writes')
    try {
      const token = await this.#invalidate(key)
      const message: Acknowledged = { type: 'acknowledged', key, version, token, at: absoluteNow() }
      if (this.isIsolated(token)) this.#isolated.push({ ...message, token: undefined })
      else void tell(message)
    } catch (error) {
      if (!isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) throw error
      report.add('failedWrites')
    }
    checker.wrote(key, version)
  }

  #invalidate(key: string): Promise<string> {
    const { cache, random } = this.#parts
    switch (random.int(4)) {
      case 0:
        return cache.delete(key)
      case 1:
        return cache.invalidateTags([tagOf(key)])
      case 2:
        return cache.invalidatePattern(`${key}*`)
      default:
        return cache.invalidatePrefix(key)
    }
  }

  /** What was acknowledged in a split brain counts for others from its end on. */
  #reunite(): void {
    const now = this.#parts.cache.position()
    if (this.#isolated.length === 0 || now === undefined || this.isIsolated(now)) return
    for (const message of this.#isolated) void tell({ ...message, at: absoluteNow() })
    this.#isolated = []
  }

  /** Whether a point of the log is on the side of a split brain that was replaced. */
  isIsolated(token: string | undefined): boolean {
    return token !== undefined && parseToken(token).epoch === this.splitEpoch
  }
}
