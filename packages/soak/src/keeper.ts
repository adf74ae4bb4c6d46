/** Keeps entries that nobody invalidates, reads those of all workers, and reports which are gone. */
import { type Cache, isHotpathError } from '@hotpath/core'
import type { SeededRandom } from '@hotpath/testkit'
import type { Checker } from './checker.ts'
import { FaultCount } from './fault-count.ts'
import type { Kept } from './ledger.ts'
import { MAX_BATCH, controlKey, fillerKey, keptKeys } from './names.ts'
import { type Source, tell } from './source.ts'
import { Suspects } from './suspects.ts'
import { absoluteNow, pause } from './time.ts'

/** What a keeper works with. */
export interface KeeperParts {
  readonly cache: Cache
  /** Number of this worker, and how many there are. */
  readonly index: number
  readonly processes: number
  readonly source: Source
  readonly checker: Checker
  readonly random: SeededRandom
  readonly report: {
    add(count: 'keptReads' | 'written' | 'failedWrites' | 'undecided', by?: number): void
    found(list: 'stale' | 'staleInSplit', line: string): void
  }
  /** Whether a point of the log is on the side of a split brain that was replaced. */
  isIsolated(token: string | undefined): boolean
}

interface Value {
  readonly version: number
}

/** Longer than a soak. */
const TTL = '6h'
/** A control value is too large for memory, so that it has to come from the store. */
export const MAX_MEMORY_BYTES = 2_048
const CONTROL = 'x'.repeat(MAX_MEMORY_BYTES)
/** Own entries written at once, beside those that are not there. */
const MAX_WRITES = 4

export class Keeper {
  readonly #parts: KeeperParts
  readonly #own: readonly string[]
  readonly #kept = new Map<string, Kept>()
  readonly #suspects: Suspects
  readonly #faults: FaultCount
  #control: Promise<boolean> = Promise.resolve(true)
  #isPlaying = true

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#own = keptKeys(parts.index, parts.processes)
    this.#faults = new FaultCount(parts.cache)
    this.#suspects = new Suspects({
      cache: parts.cache,
      isWell: () => this.#isWell(),
      isKept: ({ key, version }) => this.#kept.get(key)?.version === version,
      gone: (gone) => tell({ type: 'gone', gone }),
      undecided: () => parts.report.add('undecided'),
    })
  }

  /** Another worker has stored an entry. */
  stored(kept: Kept): void {
    this.#kept.set(kept.key, kept)
    const { key, version, token } = kept
    if (token !== undefined) this.#parts.checker.accepted({ key, version, token, at: kept.at - performance.timeOrigin })
  }

  /** An entry need no longer be there. */
  released(key: string): void {
    this.#kept.delete(key)
  }

  /** Writes, reads and looks until stopped; then looks once for all that has to be there. */
  async play(): Promise<void> {
    await Promise.all([this.#write(), this.#read(), this.#suspects.decideWhile(() => this.#isPlaying)])
    await this.#suspects.decide([...this.#kept.values()])
  }

  stop(): void {
    this.#isPlaying = false
  }

  async #write(): Promise<void> {
    const { random } = this.#parts
    while (this.#isPlaying) {
      const missing = this.#own.filter((key) => !this.#kept.has(key))
      const keys = new Set([...missing.slice(0, MAX_WRITES), random.pick(this.#own)])
      try {
        await this.#keep([...keys])
      } catch (error) {
        if (!isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) throw error
        this.#parts.report.add('failedWrites')
      }
      await pause(300 + random.int(900))
    }
  }

  async #keep(keys: readonly string[]): Promise<void> {
    const { checker, random, report, source } = this.#parts
    const [first = ''] = keys
    const isLoad = random.chance(0.2)
    const chosen = isLoad ? [first] : keys
    for (const key of chosen) {
      this.#kept.delete(key)
      await tell({ type: 'writing', key })
    }
    const entries = await Promise.all(
      chosen.map(async (key) => ({ key, value: { version: await source.ask('write', key) }, ttl: TTL }) as const),
    )
    const wasWell = await this.#isWell()
    const from = absoluteNow()
    const before = this.#faults.now()
    const size = isLoad ? 1 : sizeOfBatch(random)
    // What it had before must not be read again here, whether or not the log accepts this.
    if (!isLoad) for (const { key, value } of entries) checker.wrote(key, value.version)
    const written = isLoad ? await this.#load(entries[0] as Entry) : await this.#set(entries, size)
    const token = this.#parts.isIsolated(written) ? undefined : written
    report.add('written', Math.max(size, entries.length))
    const isSure = wasWell && !isLoad && this.#faults.now() === before
    for (const { key, value } of entries) {
      const how = isLoad ? 'load' : `${size} at once`
      const kept: Kept = { key, version: value.version, how, token, from, at: absoluteNow(), isSure }
      this.#kept.set(key, kept)
      await tell({ type: 'stored', kept })
    }
  }

  async #load({ key, value, ttl }: Entry): Promise<undefined> {
    const loaded = await this.#parts.cache.getOrSet(key, () => value, { ttl, refresh: true })
    if (loaded.version !== value.version) throw new Error(`A refresh of ${key} returned another load.`)
    return undefined
  }

  /** Among as many others, anywhere between them. */
  async #set(entries: readonly Entry[], size: number): Promise<string> {
    const { cache, random } = this.#parts
    const [first] = entries
    if (size === 1 && entries.length === 1 && first !== undefined) {
      return cache.set(first.key, first.value, { ttl: first.ttl })
    }
    const filler = Array.from({ length: Math.max(0, size - entries.length) }, (_, n) => ({
      key: fillerKey(n),
      value: n as unknown,
    }))
    const batch: { key: unknown; value: unknown }[] = filler
    for (const entry of entries) batch.splice(random.int(batch.length + 1), 0, entry)
    return cache.setMany(batch as Parameters<Cache['setMany']>[0])
  }

  async #read(): Promise<void> {
    const { cache, checker, random, report } = this.#parts
    while (this.#isPlaying) {
      const all = [...this.#kept.values()]
      const some = all.length === 0 ? [] : Array.from({ length: 1 + random.int(6) }, () => random.pick(all))
      const expected = some.map(({ key }) => checker.expect(key, performance.now()))
      const [first] = some
      const wasIsolated = this.#parts.isIsolated(cache.position())
      const values =
        some.length === 1 && first !== undefined
          ? [await cache.get<Value>(first.key)]
          : await cache.getMany<Value>(some.map(({ key }) => key))
      report.add('keptReads', some.length)
      for (const [index, kept] of some.entries()) {
        const [value, least] = [values[index], expected[index]]
        if (value === undefined) this.#suspects.add(kept)
        else if (least !== undefined && value.version < least.version) {
          const isInSplit = wasIsolated || this.#parts.isIsolated(cache.position())
          report.found(
            isInSplit ? 'staleInSplit' : 'stale',
            `${kept.key}: ${value.version} < ${least.version} (${least.why})`,
          )
        } else if (!kept.isSure && !this.#own.includes(kept.key) && value.version === kept.version) {
          this.#kept.set(kept.key, { ...kept, isSure: true })
          void tell({ type: 'seen', key: kept.key, version: kept.version })
        }
      }
      await pause(10 + random.int(40))
    }
  }

  /** Whether what is written now is found in the store: log, store and this process's view of both are well. */
  #isWell(): Promise<boolean> {
    const check = async (): Promise<boolean> => {
      const { cache, index } = this.#parts
      try {
        await cache.set(controlKey(index), CONTROL)
      } catch (error) {
        if (isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) return false
        throw error
      }
      const found = await cache.inspect(controlKey(index))
      return found.state === 'fresh' && found.tier !== 'memory'
    }
    // One after the other: two would find each other's.
    this.#control = this.#control.then(check, check)
    return this.#control
  }
}

interface Entry {
  readonly key: string
  readonly value: Value
  readonly ttl: typeof TTL
}

/** Most are small; one in ten is of thousands. */
function sizeOfBatch(random: SeededRandom): number {
  return Math.ceil(MAX_BATCH ** (random() ** 2))
}
