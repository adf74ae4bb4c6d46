/** What a cache of a page is made of, for those that work on it beside the engine. */
import { type HotpathError, type Tier, type TierContext, systemClock, within } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { type StorageOwner, storageName, storagePrefix } from '../database/names.ts'
import { type SavedPlaceholders, readSaved } from '../placeholders/saved.ts'
import { readEndNote } from '../scope/end-note.ts'
import { type BrowserCacheOptions, type PlaceholderOptions, placeholderOptions } from './options.ts'

/** How long the end of a scope waits for its listeners. */
const LISTENERS_MS = 1_000

/** One cache of a page. */
export class CachePage {
  readonly options: BrowserCacheOptions
  readonly owner: StorageOwner
  /** Of its database, and what its channels and locks begin with. */
  readonly name: string
  readonly placeholders: PlaceholderOptions | undefined
  /** What an earlier visit saved. */
  readonly saved: SavedPlaceholders
  /** Wall time. */
  readonly openedAt: number
  /** The last end of the scope that this page comes after. */
  readonly endNote: string | undefined
  /** Called when the scope ends, before anything is deleted. */
  readonly endings: Set<() => unknown> = new Set()
  readonly #closings = new Set<() => void>()
  #isClosed = false
  /** Of the memory tier, once the cache is made. */
  #context: TierContext | undefined
  #cache: Cache | undefined
  #ending: Promise<void> | undefined

  /** @throws ConfigError; KeyError. */
  constructor(options: BrowserCacheOptions) {
    const { name, schema = 1, scope = '', clock = systemClock } = options
    this.options = options
    this.owner = { name, schema, scope }
    this.name = storageName(this.owner)
    this.placeholders = placeholderOptions(options)
    this.openedAt = clock.now()
    this.endNote = readEndNote(storagePrefix(this.owner))
    this.saved = this.placeholders === undefined ? [] : readSaved(this.name, this.placeholders.keys, this.openedAt)
  }

  get cache(): Cache {
    return this.#cache as Cache
  }

  /** Takes in the cache that was made with `attended`. */
  made(cache: Cache): Cache {
    this.#cache = cache
    return cache
  }

  /** The memory tier, by which it is known when the cache is closed. */
  attended(tier: Tier): Tier {
    return {
      ...tier,
      open: (context) => {
        this.#context = context
        const store = tier.open(context)
        const close = store.close.bind(store)
        return Object.assign(store, {
          close: () => {
            this.#isClosed = true
            for (const closing of this.#closings) closing()
            return close()
          },
        })
      },
    }
  }

  /** Calls when the cache is closed, at once when it is already, unless the function that it returns was called before. */
  whenClosed(closing: () => void): () => void {
    if (this.#isClosed) closing()
    else this.#closings.add(closing)
    return () => void this.#closings.delete(closing)
  }

  /**
   * The scope has ended: the cache is closed, from the call on memory is empty, and listeners are waited for, but not longer
   * than a second. Twice does no harm; never rejects.
   */
  end(): Promise<void> {
    this.#ending ??= this.#end()
    return this.#ending
  }

  async #end(): Promise<void> {
    const { clock = systemClock } = this.options
    // It waits for loads and writes that nobody is interested in any more.
    void this.cache.close().catch(() => {})
    const listeners = Promise.all([...this.endings].map(async (ending) => ending()))
    const expired = (): Error => new Error('listeners took too long')
    await within(listeners, { clock, limitMs: LISTENERS_MS, expired, hold: true }).catch(() => {})
  }

  /** Reports what went wrong in the background, as an event of the cache. */
  fault(error: HotpathError): void {
    this.#context?.fault(error)
  }
}
