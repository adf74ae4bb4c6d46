/** A real cache and the reference beside it, compared after each step in everything that can be seen. */
import { type FakeClock, createFakeClock, createRandom, flush } from '@hotpath/testkit'
import { expect } from 'vitest'
import { type Cache, type LoadContext, createCache, memory } from '../core.ts'
import {
  type Answer,
  type LoaderCall,
  type Loaded,
  NEGATIVE_MS,
  type Reader,
  ReferenceCache,
  type Strength,
  WINDOWS,
  type Windows,
} from './reference-cache.ts'
import { NAMES, type Name, type Noted } from './names.ts'

/** The namespace has a shorter life. */
const NAMESPACE_WINDOWS: Windows = { ...WINDOWS, freshMs: 600 }

/** A loader call of the real cache, to be settled by a step. */
interface RealCall {
  readonly keys: readonly string[]
  readonly isMany: boolean
  settle(outcome: { readonly loaded: Loaded } | { readonly error: Error }): void
}

/** An invalidation of more than a key or tag. */
interface Wide {
  readonly inNamespace: boolean
  readonly how: Strength
}

interface Pair {
  readonly what: string
  readonly real: { answer: Answer }
  readonly reference: { readonly answer: Answer }
  readonly reader: Reader | undefined
  readonly controller: AbortController | undefined
}

export class World {
  readonly #clock: FakeClock = createFakeClock()
  readonly #cache: Cache
  readonly #namespace: Cache
  readonly #reference: ReferenceCache = new ReferenceCache()
  readonly #calls: RealCall[] = []
  readonly #pairs: Pair[] = []
  readonly #noted: Noted[] = []
  #loads = 0

  constructor() {
    this.#cache = createCache({
      name: 'model',
      tiers: [memory({ maxEntries: 1_000 })],
      clock: this.#clock,
      random: createRandom(7),
      ttl: WINDOWS.freshMs,
      staleWhileRevalidate: WINDOWS.staleMs,
      staleIfError: WINDOWS.errorMs,
      negativeTtl: NEGATIVE_MS,
      timeout: false,
      backoff: false,
    })
    this.#namespace = this.#cache.namespace('n', { ttl: NAMESPACE_WINDOWS.freshMs })
  }

  getOrSet({
    name,
    tags,
    refresh,
  }: {
    readonly name: Name
    readonly tags: readonly string[]
    readonly refresh: boolean
  }): void {
    const controller = new AbortController()
    const loader = (context: LoadContext): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const settle: RealCall['settle'] = (outcome) => {
          if ('error' in outcome) return reject(outcome.error)
          const { loaded } = outcome
          context.addTags(loaded.lateTags)
          if (loaded.ttl !== undefined) context.setTtl(loaded.ttl)
          if (loaded.skip) context.skip()
          const kept = loaded.notModified ? context.previous : undefined
          resolve(kept === undefined ? loaded.valueOf(name.encoded) : kept.notModified())
        }
        this.#calls.push({ keys: [name.encoded], isMany: false, settle })
      })
    const real = this.#of(name).getOrSet(name.key, loader, { tags, refresh, signal: controller.signal })
    const reader = this.#reference.getOrSet(name.encoded, { tags, windows: windowsOf(name), refresh, group: {} })
    this.#watch(`getOrSet ${name.encoded}`, real, reader, reader, controller)
  }

  getOrSetMany({ names, tags }: { readonly names: readonly Name[]; readonly tags: readonly string[] }): void {
    const { inNamespace } = names[0] as Name
    const mine = names.filter((name) => name.inNamespace === inNamespace)
    const encodedOf = (key: unknown): string => (inNamespace ? `n:${String(key)}` : String(key))
    const real = this.#of(mine[0] as Name).getOrSetMany(
      mine.map(({ key }) => key),
      (missing) =>
        new Promise<unknown[]>((resolve, reject) => {
          const settle: RealCall['settle'] = (outcome) =>
            'error' in outcome
              ? reject(outcome.error)
              : resolve(missing.map((key) => outcome.loaded.valueOf(encodedOf(key))))
          this.#calls.push({ keys: missing.map(encodedOf), isMany: true, settle })
        }),
      // With a signal, as single reads have, so that all take the same number of turns to wake up.
      { tags, signal: new AbortController().signal },
    )
    const group = {}
    const windows = windowsOf(mine[0] as Name)
    const readers = new Map<string, Reader>()
    for (const { encoded } of mine) {
      if (!readers.has(encoded))
        readers.set(encoded, this.#reference.getOrSet(encoded, { tags, windows, refresh: false, group }))
    }
    const answers = (): Answer => {
      const all = mine.map(({ encoded }) => (readers.get(encoded) as Reader).answer)
      const failed = all.find(({ type }) => type === 'error')
      if (failed !== undefined) return failed
      if (all.some(({ type }) => type === 'pending')) return { type: 'pending' }
      return { type: 'value', value: all.map((answer) => (answer.type === 'value' ? answer.value : undefined)) }
    }
    const reference = {
      get answer() {
        return answers()
      },
    }
    this.#watch(`getOrSetMany ${mine.map(({ encoded }) => encoded).join()}`, real, reference)
  }

  async read({
    name,
    stale,
    judgedBy,
  }: {
    readonly name: Name
    readonly stale: boolean
    readonly judgedBy?: readonly string[] | undefined
  }): Promise<void> {
    const { key, encoded } = name
    const cache = this.#of(name)
    const options = { stale, judgedBy }
    expect(cache.peek(key, { stale }), `peek ${encoded}`).toBe(this.#reference.peek(encoded, stale))
    expect((await cache.inspect(key)).state, `inspect ${encoded}`).toBe(this.#reference.stateOf(encoded))
    const read = (): ReturnType<ReferenceCache['get']> => this.#reference.get(encoded, stale, judgedBy)
    const value = read()?.entry.value
    expect(await cache.get(key, options), `get ${encoded}`).toBe(value)
    const known = read()
    const expected = known && {
      value: known.entry.value,
      state: known.state,
      ageMs: this.#reference.now - known.entry.createdAt,
      tags: known.entry.tags,
      tier: 'memory',
    }
    const entry = await cache.entry(key, options)
    if (expected === undefined) expect(entry, `entry ${encoded}`).toBeUndefined()
    else expect(entry, `entry ${encoded}`).toMatchObject(expected)
    expect(await cache.getMany([key, key], options)).toEqual([value, value])
    read()
    read()
    expect(await cache.has(key, options)).toBe(value !== undefined)
  }

  isCurrent({
    name,
    tags,
    back,
  }: {
    readonly name: Name
    readonly tags: readonly string[]
    readonly back: number
  }): void {
    const noted = this.#noted.at(-1 - back)
    if (noted === undefined) return
    const isValid = this.#reference.judge(name.encoded, tags, noted.position) === 'valid'
    expect(this.#of(name).isCurrent(noted.token, { key: name.key, tags }), `isCurrent ${name.encoded}`).toBe(isValid)
  }

  land(input: {
    readonly lot: number
    readonly lateTags: readonly string[]
    readonly ttl: number | undefined
    readonly skip: boolean
    readonly notModified: boolean
    readonly value: unknown
  }): void {
    const [call, real] = this.#pick(input.lot)
    if (call === undefined || real === undefined) return
    const number = this.#loads++
    const valueOf = (key: string): unknown => (input.value === 'unique' ? `${key} ${number}` : input.value)
    // A loader of many decides nothing but its values.
    const loaded: Loaded = real.isMany
      ? { valueOf, lateTags: [], ttl: undefined, skip: false, notModified: false }
      : { ...input, valueOf }
    real.settle({ loaded })
    this.#reference.land(call, loaded)
  }

  fail(lot: number): void {
    const [call, real] = this.#pick(lot)
    if (call === undefined || real === undefined) return
    real.settle({ error: new Error('source down') })
    this.#reference.fail(call, 'source down')
  }

  abort(lot: number): void {
    const waiting = this.#pairs.filter(
      ({ reader, controller }) => reader?.answer.type === 'pending' && controller !== undefined,
    )
    const pair = waiting[lot % Math.max(1, waiting.length)]
    if (pair?.reader === undefined) return
    pair.controller?.abort(new Error('left'))
    this.#reference.leave(pair.reader, 'left')
  }

  async set({
    name,
    tags,
    value,
  }: {
    readonly name: Name
    readonly tags: readonly string[]
    readonly value: unknown
  }): Promise<void> {
    this.#note()
    await this.#of(name).set(name.key, value, { tags })
    this.#reference.set(name.encoded, value, tags, windowsOf(name))
  }

  async setAsOf(input: {
    readonly name: Name
    readonly tags: readonly string[]
    readonly value: unknown
    readonly back: number
  }): Promise<void> {
    const { name, tags, value, back } = input
    const noted = this.#noted.at(-1 - back)
    if (noted === undefined) return
    await this.#of(name).set(name.key, value, { tags, asOf: noted.token })
    this.#reference.set(name.encoded, value, tags, windowsOf(name), noted.position)
  }

  async setMany({
    names,
    tags,
    value,
  }: {
    readonly names: readonly Name[]
    readonly tags: readonly string[]
    readonly value: unknown
  }): Promise<void> {
    const mine = [...new Set(names.filter(({ inNamespace }) => !inNamespace))]
    await this.#cache.setMany(
      mine.map(({ key }) => ({ key, value })),
      { tags },
    )
    // All are claimed first, by one append, so the last position holds for each.
    for (const { encoded } of mine) this.#reference.delete(encoded)
    this.#reference.counts.sets += mine.length
    for (const { encoded } of mine) {
      this.#reference.counts.sets--
      this.#reference.set(encoded, value, tags, WINDOWS, this.#reference.position)
    }
  }

  async delete(name: Name): Promise<void> {
    this.#note()
    await this.#of(name).delete(name.key)
    this.#reference.delete(name.encoded)
  }

  async deleteMany(names: readonly Name[]): Promise<void> {
    const mine = [...new Set(names.filter(({ inNamespace }) => !inNamespace))]
    await this.#cache.deleteMany(mine.map(({ key }) => key))
    for (const { encoded } of mine) this.#reference.delete(encoded)
  }

  async expire({ name, how }: { readonly name: Name; readonly how: Strength }): Promise<void> {
    await this.#of(name).expire(name.key, { for: how.forMs })
    this.#reference.expire(name.encoded, how)
  }

  async invalidateTag({ tag, how }: { readonly tag: string; readonly how: Strength }): Promise<void> {
    this.#note()
    await (how.hard ? this.#cache.invalidateTags([tag]) : this.#cache.expireTags([tag], { for: how.forMs }))
    this.#reference.invalidate(how, (_, tags) => tags.includes(tag))
  }

  async invalidatePrefix({ inNamespace, how }: Wide): Promise<void> {
    const [cache, prefix] = [this.#of({ inNamespace }), inNamespace ? 'a' : 'n']
    await (how.hard ? cache.invalidatePrefix(prefix) : cache.expirePrefix(prefix, { for: how.forMs }))
    this.#reference.invalidate(how, (key) => (inNamespace ? key === 'n:a' : key.startsWith('n:')))
  }

  async invalidatePattern({ inNamespace, how }: Wide): Promise<void> {
    const [cache, pattern] = [this.#of({ inNamespace }), inNamespace ? '?' : '*a']
    await (how.hard ? cache.invalidatePattern(pattern) : cache.expirePattern(pattern, { for: how.forMs }))
    this.#reference.invalidate(how, (key) => (inNamespace ? key.startsWith('n:') : key.endsWith('a')))
  }

  async clear({ inNamespace, how }: Wide): Promise<void> {
    const cache = this.#of({ inNamespace })
    await (how.hard ? cache.clear() : cache.expireAll({ for: how.forMs }))
    this.#reference.invalidate(how, (key) => !inNamespace || key.startsWith('n:'))
    if (!inNamespace && how.hard) this.#reference.entries.clear()
  }

  /** A key and a tag by one append. */
  async invalidate({
    name,
    tag,
    how,
  }: {
    readonly name: Name
    readonly tag: string
    readonly how: Strength
  }): Promise<void> {
    this.#note()
    await this.#of(name).invalidate([{ key: name.key }, { tags: [tag] }], { soft: !how.hard, for: how.forMs })
    this.#reference.expire(name.encoded, how)
    this.#reference.invalidate(how, (_, tags) => tags.includes(tag))
  }

  advance(ms: number): void {
    this.#clock.advance(ms)
    this.#reference.now += ms
  }

  async purge(): Promise<void> {
    expect(await this.#cache.purgeExpired(), 'purged').toBe(this.#reference.purge())
  }

  /** Compares all that can be seen. */
  async compare(): Promise<void> {
    await flush()
    this.#reference.step++
    for (const { what, real, reference } of this.#pairs) expect(real.answer, what).toEqual(reference.answer)
    this.#align()
    const open = this.#reference.calls.map(({ flights }) => inAnyOrder(flights.map(({ key }) => key)))
    expect(
      this.#calls.map(({ keys }) => inAnyOrder(keys)),
      'loader calls',
    ).toEqual(open)
    expect(this.#cache.stats(), 'stats').toMatchObject(this.#reference.counts)
    expect(this.#cache.stats().tiers[0]?.usage?.entries, 'entries').toBe(this.#reference.entries.size)
  }

  /**
   * Loads that begin in one step may come in any order: a loader of many is called a turn later than one of one. So may the
   * keys of one call: those whose flight of another caller is over are loaded again in the order in which it is.
   */
  #align(): void {
    for (const [index, { flights }] of this.#reference.calls.entries()) {
      const wanted = inAnyOrder(flights.map(({ key }) => key)).join()
      const at = this.#calls.findIndex(({ keys }, place) => place >= index && inAnyOrder(keys).join() === wanted)
      const [call] = at > index ? this.#calls.splice(at, 1) : []
      if (call !== undefined) this.#calls.splice(index, 0, call)
    }
  }

  /** Ends all loads, then closes. */
  async end(): Promise<void> {
    for (let open = true; open; ) {
      const index = this.#reference.calls.findIndex(({ done }) => !done)
      open = index >= 0
      if (open) this.land({ lot: 0, lateTags: [], ttl: undefined, skip: false, notModified: false, value: 'unique' })
      await this.compare()
    }
    for (const { reader } of this.#pairs) expect(reader?.answer.type).not.toBe('pending')
    for (const name of NAMES) await this.read({ name, stale: true })
    await this.#cache.close()
    expect(this.#clock.pending, 'timers').toBe(0)
  }

  #of({ inNamespace }: Pick<Name, 'inNamespace'>): Cache {
    return inNamespace ? this.#namespace : this.#cache
  }

  #note(): void {
    const token = this.#cache.position()
    if (token !== undefined) this.#noted.push({ token, position: this.#reference.position })
  }

  #pick(lot: number): [LoaderCall | undefined, RealCall | undefined] {
    const open = this.#reference.calls.flatMap((call, index) => (call.done ? [] : [index]))
    const index = open[lot % Math.max(1, open.length)]
    return index === undefined ? [undefined, undefined] : [this.#reference.calls[index], this.#calls[index]]
  }

  #watch(
    what: string,
    promise: Promise<unknown>,
    reference: Pair['reference'],
    reader?: Reader,
    controller?: AbortController,
  ): void {
    const real: { answer: Answer } = { answer: { type: 'pending' } }
    promise.then(
      (value) => {
        real.answer = { type: 'value', value }
      },
      (error: Error) => {
        real.answer = { type: 'error', message: error.message }
      },
    )
    this.#pairs.push({ what, real, reference, reader, controller })
  }
}

function inAnyOrder(keys: readonly string[]): string[] {
  return [...keys].sort()
}

function windowsOf({ inNamespace }: Pick<Name, 'inNamespace'>): Windows {
  return inNamespace ? NAMESPACE_WINDOWS : WINDOWS
}
