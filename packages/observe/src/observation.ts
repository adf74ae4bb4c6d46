/** One observer: a key, options, and those that listen. */
import type { CacheKey } from '@hotpath/contract'
import type { Cache, Loader } from '@hotpath/core'
import { type Kind, claim } from './kind.ts'
import type { ObservedKey } from './observed-key.ts'
import type { Observer } from './observer.ts'
import type { Plan } from './options.ts'
import { sentOf } from './sent.ts'
import { share } from './share.ts'
import { type Known, type Shown, type Snapshot, snapshotOf, unlessSame } from './snapshot.ts'
import { type PageObserver, type Store, storeOf } from './store.ts'

/** What is observed, and how. */
export interface Subject {
  readonly cache: Cache
  readonly key: CacheKey
  readonly loader: Loader<unknown>
  readonly plan: Plan
  /** Default: a value. */
  readonly kind?: Kind
}

export class Observation
  implements PageObserver, Pick<Observer, 'subscribe' | 'snapshot' | 'serverSnapshot' | 'refetch' | 'ready'>
{
  key: ObservedKey
  loader: Loader<unknown>
  plan: Plan
  readonly #store: Store
  readonly #listeners = new Set<{ readonly call: () => void }>()
  #snapshot: Snapshot | undefined
  #serverSnapshot: Snapshot | undefined
  /** What the snapshot was made from; `undefined`: of other options. */
  #madeFrom: Known | undefined
  /** The snapshot that the listeners know. */
  #heard: Snapshot | undefined
  /** Of the key before, while there is none of this one. */
  #previous: Shown | undefined
  #selected: { readonly from: unknown; readonly by: Plan['select']; readonly result: unknown } | undefined
  #cancelPoll = (): void => {}
  /** An interval has passed while nobody saw the page. */
  #isPollDue = false

  constructor({ cache, key, loader, plan, kind = 'value' }: Subject) {
    this.#store = storeOf(cache)
    this.key = this.#store.key(cache, key)
    claim(this.key, kind)
    this.loader = loader
    this.plan = plan
  }

  /** Observes another key, or the same with another loader or options. */
  update({ cache, key, loader, plan, kind = 'value' }: Subject): void {
    const before = this.key
    const next = this.#store.key(cache, key)
    claim(next, kind)
    this.loader = loader
    if (next === before && plan === this.plan) return
    const wasEnabled = this.plan.isEnabled
    const isSameInterval = plan.intervalMs === this.plan.intervalMs
    this.plan = plan
    this.#madeFrom = undefined
    const isOnScreen = this.#listeners.size > 0
    if (next !== before) {
      this.#previous = before.known().shown ?? this.#previous
      if (isOnScreen) this.#store.detach(this)
      this.key = next
      if (isOnScreen) this.#store.attach(this)
    }
    if (!isOnScreen) return
    if (next !== before || (this.plan.isEnabled && !wasEnabled)) this.#mount()
    if (!isSameInterval || this.plan.isEnabled !== wasEnabled) this.#poll()
    this.#store.touch(next)
  }

  /** Another observer, which begins with what this one shows; this one stays as it is. */
  fork(subject: Subject): Observation {
    const fork = new Observation(subject)
    fork.#snapshot = this.#snapshot
    fork.#selected = this.#selected
    fork.#previous = fork.key === this.key ? this.#previous : (this.key.known().shown ?? this.#previous)
    return fork
  }

  subscribe(listener: () => void): () => void {
    const own = { call: listener }
    this.#listeners.add(own)
    if (this.#listeners.size === 1) {
      this.#store.attach(this)
      this.#mount()
      this.#poll()
      this.#heard = this.snapshot()
    }
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#unmount()
    }
  }

  end(): void {
    if (this.#listeners.size === 0) return
    this.#listeners.clear()
    this.#unmount()
  }

  snapshot(): Snapshot {
    const known = this.key.known()
    if (known === this.#madeFrom && this.#snapshot !== undefined) return this.#snapshot
    const shown = known.shown ?? this.#placeholder()
    if (known.shown !== undefined) this.#previous = undefined
    this.#madeFrom = known
    this.#snapshot = unlessSame(this.#snapshot, this.#select({ ...known, shown }))
    return this.#snapshot
  }

  serverSnapshot(): Snapshot {
    const { values } = sentOf(this.key.cache)
    if (values === undefined) return this.snapshot()
    const shown = values.get(this.key.encoded) ?? this.#placeholder()
    const selected = this.#select({ shown, failure: undefined, isFetching: false })
    this.#serverSnapshot = unlessSame(this.#serverSnapshot, selected)
    return this.#serverSnapshot
  }

  async refetch(): Promise<Snapshot> {
    await this.key.read(this, { refresh: true, isAwaited: true })
    return this.snapshot()
  }

  async ready(): Promise<Snapshot> {
    while (this.plan.isEnabled && this.snapshot().status === 'pending') await this.key.read(this, { isAwaited: true })
    return this.snapshot()
  }

  /** Resolves when there is something to show, or it failed, and nothing is being loaded. Never rejects. */
  async settled(): Promise<void> {
    await this.ready()
    await this.key.settled()
  }

  changed(): void {
    if (this.#store.isClosed) this.#cancelPoll()
    const before = this.#heard
    this.#heard = this.snapshot()
    if (this.#heard === before) return
    for (const { call } of [...this.#listeners]) this.#store.guard('A listener of an observer', call)
  }

  returned(reason: 'focus' | 'reconnect'): void {
    if (!this.plan.isEnabled) return
    if (this.#isPollDue) this.#tick()
    else if ((this.plan.on[reason] || this.key.isInvalid) && this.key.isDue) void this.key.read(this)
  }

  #mount(): void {
    const { plan, key } = this
    if (plan.isEnabled && key.isDue && (plan.on.mount || key.isInvalid)) void key.read(this)
  }

  #unmount(): void {
    this.#cancelPoll()
    this.#isPollDue = false
    this.#store.detach(this)
  }

  #poll(): void {
    this.#cancelPoll()
    const { intervalMs, isEnabled } = this.plan
    if (isEnabled && !this.#store.isClosed)
      this.#cancelPoll = this.#store.inside.clock.after(intervalMs, () => this.#tick())
  }

  /** Polls, unless nobody sees the page: then when somebody does. */
  #tick(): void {
    this.#isPollDue = !this.#store.isVisible
    if (this.#isPollDue || this.#store.isClosed) return
    if (!this.key.isFetching) void this.key.read(this, { refresh: true })
    this.#poll()
  }

  #placeholder(): Shown | undefined {
    const { placeholder, isKeepingPrevious } = this.plan
    const previous = this.#previous
    let value: unknown = placeholder
    if (typeof placeholder === 'function') {
      value = undefined
      this.#store.guard('A placeholder function', () => {
        value = placeholder(previous?.value)
      })
    }
    if (value !== undefined) {
      return { value, updatedAt: undefined, source: 'placeholder', isPlaceholder: true, isStale: true }
    }
    return isKeepingPrevious && previous !== undefined ? { ...previous, isPlaceholder: true, isStale: true } : undefined
  }

  #select(known: Known): Snapshot {
    const { select } = this.plan
    const value = known.shown?.value
    if (known.shown === undefined || select === undefined) return snapshotOf(known, value)
    const before = this.#selected
    if (before !== undefined && before.from === value && before.by === select) return snapshotOf(known, before.result)
    try {
      const result = this.#unlessEqual(before, select(value))
      this.#selected = { from: value, by: select, result }
      return snapshotOf(known, result)
    } catch (error) {
      return snapshotOf({ ...known, failure: { error } }, before?.result)
    }
  }

  #unlessEqual(before: { readonly result: unknown } | undefined, after: unknown): unknown {
    const { isEqual, isSharing } = this.plan
    if (before === undefined) return after
    if (isEqual !== undefined) return isEqual(before.result, after) ? before.result : after
    return isSharing ? share(before.result, after) : after
  }
}
