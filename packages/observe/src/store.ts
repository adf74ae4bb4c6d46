/**
 * The observed keys of one cache. What happens is collected, and dealt with in one pass at the end of the task's turn:
 * records of the log first, then what was stored, then the observers are called, each once.
 */
import { type CacheKey, type Scope, callbackError } from '@hotpath/contract'
import type { Cache, CacheEventOf, Loader } from '@hotpath/core'
import { type CacheInside, encodedKey, insideOf } from '@hotpath/core/inside'
import { KeyIndex } from './key-index.ts'
import { type KeyHost, type KeyObserver, ObservedKey } from './observed-key.ts'
import { Page, type PageParts } from './page.ts'
import { Rechecks } from './rechecks.ts'

/** Keys that nobody observes, kept for whoever comes back, or waits for them to be loaded. */
const MAX_UNOBSERVED = 1_000

/** One that wants to know of the page. */
export interface PageObserver extends KeyObserver {
  /** Another object of the same key takes its place when this one was forgotten. */
  key: ObservedKey
  /** The page is visible, or the network there, again. */
  returned(reason: 'focus' | 'reconnect'): void
}

export class Store implements KeyHost {
  readonly inside: CacheInside
  records = 0
  /** Takes the place of loaders: an inspector takes the network away. */
  intercept: ((loader: Loader<unknown>) => Loader<unknown>) | undefined
  readonly #cache: Cache
  readonly #keys = new KeyIndex<ObservedKey>()
  /** Those of them that nobody observes, in the order in which they were left. */
  readonly #unobserved = new Set<ObservedKey>()
  readonly #observers = new Set<PageObserver>()
  readonly #touched = new Set<ObservedKey>()
  /** Keys whose last observer may have left. */
  readonly #left = new Set<ObservedKey>()
  readonly #ends: (() => void)[] = []
  readonly #rechecks: Rechecks
  #scopes: Scope[] = []
  #judged: ObservedKey[] = []
  #isScheduled = false
  #parts: PageParts = {}
  #page: Page | undefined

  constructor(cache: Cache) {
    this.#cache = cache
    this.inside = insideOf(cache)
    this.inside.onClose(() => this.#close())
    this.#rechecks = new Rechecks(cache, this.#observers, (key) => this.judgeAgain(key))
  }

  get isClosed(): boolean {
    return this.inside.isClosed
  }

  get isVisible(): boolean {
    return this.#page?.isVisible ?? true
  }

  /** All that are known, on screen or not. */
  get keys(): Iterable<ObservedKey> {
    return this.#keys.values()
  }

  /** The page is visible, or the network there, again. */
  returned(reason: 'focus' | 'reconnect'): void {
    for (const observer of this.#observers) observer.returned(reason)
  }

  /** Looks at another page from now on. */
  setPage(parts: PageParts): void {
    this.#parts = parts
    if (this.#page === undefined) return
    this.#page.leave()
    this.#page = this.#openPage()
  }

  /** The key as it is known here. */
  key(cache: Cache, key: CacheKey): ObservedKey {
    const encoded = encodedKey(cache, key)
    const known = this.#keys.get(encoded)
    if (known !== undefined) return known
    const fresh = new ObservedKey(this, { cache, key, encoded })
    this.#keys.add(fresh)
    this.#leave(fresh)
    return fresh
  }

  attach(observer: PageObserver): void {
    // It may have been forgotten while nobody observed it, and made again for another observer.
    const known = this.#keys.get(observer.key.encoded)
    const key = known ?? observer.key
    if (known === undefined) this.#keys.add(key)
    observer.key = key
    if (this.#observers.size === 0 && !this.isClosed) this.#begin()
    this.#observers.add(observer)
    this.#unobserved.delete(key)
    this.#left.delete(key)
    key.attach(observer)
    this.#recheck(key)
  }

  /** What it leaves behind is dealt with in the next pass: it may come back at once. */
  detach(observer: PageObserver): void {
    const { key } = observer
    this.#observers.delete(observer)
    key.observers.delete(observer)
    if (key.observers.size > 0) return
    this.#left.add(key)
    this.#schedule()
  }

  touch(key: ObservedKey): void {
    this.#touched.add(key)
    this.#schedule()
  }

  judgeAgain(key: ObservedKey): void {
    this.#judged.push(key)
    this.#schedule()
  }

  taken(key: ObservedKey, tagsBefore: readonly string[]): void {
    this.#keys.retag(key, tagsBefore)
    this.#recheck(key)
  }

  threw(what: string, cause: unknown): void {
    this.inside.fault(callbackError(what, 'The observers', { cause }))
  }

  /** Calls a function of the user; what it throws is a fault. */
  guard(what: string, call: () => void): void {
    try {
      call()
    } catch (cause) {
      this.threw(what, cause)
    }
  }

  #recheck(key: ObservedKey): void {
    if (this.#observers.size > 0 && !this.isClosed) this.#rechecks.watch(key)
  }

  #begin(): void {
    if (this.#ends.length > 0) return
    this.#page = this.#openPage()
    this.#ends.push(
      this.#cache.on('invalidated', (record) => this.#record(record)),
      this.#cache.on('set', ({ key }) => this.#set(key)),
      this.#cache.on('reset', () => this.#record({ scope: { type: 'all' } })),
      () => this.#page?.leave(),
    )
  }

  #openPage(): Page {
    return new Page(this.#parts, {
      visible: () => this.returned('focus'),
      online: () => this.returned('reconnect'),
    })
  }

  #record({ scope, own }: Pick<CacheEventOf<'invalidated'>, 'scope'> & { readonly own?: boolean }): void {
    this.records++
    const judge = (): void => {
      this.#scopes.push(scope)
      this.#schedule()
    }
    // It may be the claim of a `set`, whose value is stored once the log has it: that is now, but not in this turn.
    if (own === true && scope.type === 'key' && this.inside.hasSharedLog) this.inside.clock.after(0, judge)
    else judge()
  }

  #set(encoded: string): void {
    const key = this.#keys.get(encoded)
    if (key === undefined) return
    key.isSet = true
    this.touch(key)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => this.#pass())
  }

  #pass(): void {
    this.#isScheduled = false
    const judged = this.#keys.concernedBy(this.#scopes)
    for (const key of this.#judged) judged.add(key)
    this.#scopes = []
    this.#judged = []
    for (const key of this.#touched) if (key.hasNews) key.look()
    for (const key of judged) {
      key.look(true)
      refresh(key, this.isVisible)
    }
    for (const key of this.#left) if (key.observers.size === 0) this.#end(key)
    this.#left.clear()
    const touched = [...this.#touched]
    this.#touched.clear()
    for (const { observers } of touched)
      for (const observer of observers) this.guard('An observer', () => observer.changed())
  }

  /** Nobody observes a key any more. */
  #end(key: ObservedKey): void {
    key.leave()
    // Another one may have taken its place since.
    if (this.#keys.get(key.encoded) === key) this.#leave(key)
    if (this.#observers.size === 0) this.#stop()
  }

  /** Keeps a key that nobody observes, in the place of the one that was left first. */
  #leave(key: ObservedKey): void {
    this.#unobserved.add(key)
    for (const first of this.#unobserved) {
      if (this.#unobserved.size <= MAX_UNOBSERVED) return
      if (first.layers?.isPending === true) continue
      this.#unobserved.delete(first)
      this.#keys.delete(first)
    }
  }

  #stop(): void {
    this.#rechecks.stop()
    for (const end of this.#ends.splice(0)) end()
  }

  #close(): void {
    this.#stop()
    for (const key of this.#keys.values()) this.touch(key)
  }
}

/** Reads what is on screen and was invalidated. On a page that nobody sees, that waits until somebody does. */
function refresh(key: ObservedKey, isVisible: boolean): void {
  if (!isVisible || !key.isInvalid) return
  for (const observer of key.observers) {
    if (!observer.plan.isEnabled) continue
    void key.read(observer)
    return
  }
}

/** The observed keys of a cache, whichever of its namespaces it is asked for with. */
export function storeOf(cache: Cache): Store {
  return insideOf(cache).part(Symbol.for('@hotpath/observe'), () => new Store(cache))
}
