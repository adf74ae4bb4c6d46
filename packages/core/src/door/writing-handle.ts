/** Writing values, and removing those of single keys. */
import {
  callbackError,
  type CacheKey,
  FRESHNESS_OPTIONS,
  type Freshness,
  type Token,
  checkOptions,
  resolveFreshness,
  timeLimit,
  toToken,
  wrongOption,
} from '@hotpath/contract'
import type { Saving, WriteThroughOptions, Written } from '../cache/write.ts'
import {
  SET_ENTRY,
  SET_OPTIONS,
  type SetEntry,
  type SetOptions,
  WRITE_OPTIONS,
  WRITE_THROUGH_OPTIONS,
  type WriteOptions,
} from '../options.ts'
import { closedError } from '../flights/flight.ts'
import { markOf, reach } from '../read/call.ts'
import { tooSlow } from '../read/load.ts'
import { writing, written } from '../read/write-promise.ts'
import { type Write, append, remove, store } from '../read/write.ts'
import { NO_OPTIONS, assertEntry, assertIterable, ownTags } from './input.ts'
import { ReadingHandle } from './reading-handle.ts'

export class WritingHandle extends ReadingHandle {
  set<Value>(key: CacheKey, value: Value, options: SetOptions = NO_OPTIONS): Promise<Token> {
    // Not by `writing`: a function for each call would be a tenth of what a write in memory leaves behind, and V8 drops
    // the code of one with the last that is alive.
    try {
      if (options !== NO_OPTIONS) checkOptions(options, 'set', FRESHNESS_OPTIONS, SET_OPTIONS, WRITE_OPTIONS)
      const write = this.#write(key, value, options, this.freshness)
      return written('set', this.engine.view, store(this.engine, this.counters, [write], options.queue))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  setMany(entries: Iterable<SetEntry>, options: SetOptions = NO_OPTIONS): Promise<Token> {
    return writing('setMany', this.engine.view, () => {
      this.open()
      checkOptions(options, 'setMany', FRESHNESS_OPTIONS, SET_OPTIONS, WRITE_OPTIONS)
      ownTags(options.tags)
      const shared = resolveFreshness(this.freshness, options)
      const writes = Array.from(assertIterable(entries, 'setMany'), (entry) => {
        assertEntry(entry)
        checkOptions(entry, 'an entry of setMany', SET_ENTRY, FRESHNESS_OPTIONS, SET_OPTIONS)
        const { tags = options.tags, asOf = options.asOf } = entry
        return this.#write(entry.key, entry.value, { ...entry, tags, asOf }, shared)
      })
      return store(this.engine, this.counters, writes, options.queue)
    })
  }

  async write<Value>(
    key: CacheKey,
    value: Value,
    save: (value: Value, context: Saving) => unknown,
    options: WriteThroughOptions = NO_OPTIONS,
  ): Promise<Written<never>> {
    checkOptions(options, 'write', FRESHNESS_OPTIONS, WRITE_THROUGH_OPTIONS, WRITE_OPTIONS)
    const write = this.#write(key, value, options, this.freshness)
    if (typeof save !== 'function')
      throw wrongOption('save', 'a function', save, 'Use for example `(user) => db.save(user)`.')
    const [engine, counters] = [this.engine, this.counters]
    const tools = { append, store, reach, timeLimit, tooSlow, toToken, callbackError, closedError }
    const letExit = engine.clock.hold?.()
    try {
      const written = await engine.writes.inTurn(write.key, async () => {
        this.open()
        const { writeThrough } = await import('./later/write.ts')
        return writeThrough({ engine, counters, write, save, options, tools })
      })
      return written as Written<never>
    } finally {
      letExit?.()
    }
  }

  delete(key: CacheKey, options: WriteOptions = NO_OPTIONS): Promise<Token> {
    try {
      const encoded = this.encode(key)
      if (options !== NO_OPTIONS) checkOptions(options, 'delete', WRITE_OPTIONS)
      return written('delete', this.engine.view, remove(this.engine, this.counters, [encoded], options.queue))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  deleteMany(keys: readonly CacheKey[], options: WriteOptions = NO_OPTIONS): Promise<Token> {
    return writing('deleteMany', this.engine.view, () => {
      const encoded = [...new Set(this.encodeAll(keys))]
      checkOptions(options, 'deleteMany', WRITE_OPTIONS)
      return remove(this.engine, this.counters, encoded, options.queue)
    })
  }

  #write(key: CacheKey, value: unknown, options: SetOptions, above: Freshness): Write {
    const encoded = this.encode(key)
    const freshness = options === NO_OPTIONS ? above : resolveFreshness(above, options)
    return { key: encoded, value, tags: ownTags(options.tags), freshness, asOf: markOf(options.asOf, 'asOf') }
  }
}
