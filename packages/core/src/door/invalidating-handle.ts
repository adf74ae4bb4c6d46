/** Invalidating: hard and soft, by key, tag, prefix, pattern, and all. */
import {
  type CacheKey,
  type Duration,
  type Invalidation,
  type OptionTable,
  type Scope,
  type Strength,
  type Token,
  checkOptions,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import type { InvalidationScope } from '../cache/scope.ts'
import {
  EXPIRE_OPTIONS,
  type ExpireOptions,
  INVALIDATE_OPTIONS,
  type InvalidateOptions,
  WRITE_OPTIONS,
  type WriteOptions,
} from '../options.ts'
import { writing } from '../read/write-promise.ts'
import { append, markOfAll } from '../read/write.ts'
import { chain } from '../time/chain.ts'
import { NO_OPTIONS } from './input.ts'
import { scopesOf, tagScopes } from './scopes.ts'
import { WritingHandle } from './writing-handle.ts'

export class InvalidatingHandle extends WritingHandle {
  expire(key: CacheKey, options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expire', 'soft', options, () => [{ type: 'key', key: this.encode(key) }])
  }

  invalidate(scopes: Iterable<InvalidationScope>, options: InvalidateOptions = NO_OPTIONS): Promise<Token> {
    const strength = options?.soft === true ? 'soft' : 'hard'
    return this.#invalidate('invalidate', strength, options, () =>
      scopesOf(this.keys, (key) => this.encode(key), scopes),
    )
  }

  invalidateTags(tags: readonly string[], options?: WriteOptions): Promise<Token> {
    return this.#invalidate('invalidateTags', 'hard', options, (method) => tagScopes(tags, method))
  }

  expireTags(tags: readonly string[], options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expireTags', 'soft', options, (method) => tagScopes(tags, method))
  }

  invalidatePrefix(prefix: CacheKey, options?: WriteOptions): Promise<Token> {
    return this.#invalidate('invalidatePrefix', 'hard', options, () => [this.keys.prefix(prefix)])
  }

  expirePrefix(prefix: CacheKey, options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expirePrefix', 'soft', options, () => [this.keys.prefix(prefix)])
  }

  invalidatePattern(pattern: string, options?: WriteOptions): Promise<Token> {
    return this.#invalidate('invalidatePattern', 'hard', options, () => [this.keys.pattern(pattern)])
  }

  expirePattern(pattern: string, options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expirePattern', 'soft', options, () => [this.keys.pattern(pattern)])
  }

  clear(options?: WriteOptions): Promise<Token> {
    return this.#invalidate('clear', 'hard', options, () => [this.keys.all()])
  }

  expireAll(options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expireAll', 'soft', options, () => [this.keys.all()])
  }

  #invalidate(
    method: string,
    strength: Strength,
    options: InvalidateOptions = NO_OPTIONS,
    scopesFor: (method: string) => readonly Scope[],
  ): Promise<Token> {
    return writing(method, this.engine.view, () => {
      if (options !== NO_OPTIONS) checkOptions(options, method, optionsOf(method, strength))
      const how = howOf(strength, options.for)
      const scopes = scopesFor(method)
      this.open()
      // Invalidated from the call on, so the memory can be given back at once.
      if (how.strength === 'hard' && scopes.some(({ type }) => type === 'all')) void this.engine.memory?.clear()
      // Written out: to spread an object costs more than all the rest.
      const invalidations = scopes.map((scope) => ({ scope, strength: how.strength, forMs: how.forMs }))
      const appended = append(this.engine, this.counters, invalidations, options.queue)
      return chain(appended, (marks) => markOfAll(this.engine, marks))
    })
  }
}

function optionsOf(method: string, strength: Strength): OptionTable {
  if (method === 'invalidate') return INVALIDATE_OPTIONS
  return strength === 'soft' ? EXPIRE_OPTIONS : WRITE_OPTIONS
}

/** @throws ConfigError for a time that is none, or of what is gone at once. */
function howOf(strength: Strength, time: Duration | undefined): Omit<Invalidation, 'scope'> {
  if (time === undefined) return { strength }
  if (strength === 'hard') throw wrongOption('for', 'left out without `soft: true`', time, 'Say `soft: true` as well.')
  const forMs = toMs(time, 'for')
  if (forMs === 0) return { strength: 'hard' }
  return forMs === Number.POSITIVE_INFINITY ? { strength } : { strength, forMs }
}
