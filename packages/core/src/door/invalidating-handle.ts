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
import { written } from '../read/write-promise.ts'
import { append, markOfAll } from '../read/write.ts'
import { isPromise } from '../time/chain.ts'
import { NO_OPTIONS } from './input.ts'
import { type ScopeKind, scopesOf, tagScopes } from './scopes.ts'
import { WritingHandle } from './writing-handle.ts'

/** What each method names, and how it invalidates that. */
const METHODS = {
  expire: { by: 'key', strength: 'soft' },
  invalidate: { by: 'scopes', strength: 'hard' },
  invalidateTags: { by: 'tags', strength: 'hard' },
  expireTags: { by: 'tags', strength: 'soft' },
  invalidatePrefix: { by: 'prefix', strength: 'hard' },
  expirePrefix: { by: 'prefix', strength: 'soft' },
  invalidatePattern: { by: 'pattern', strength: 'hard' },
  expirePattern: { by: 'pattern', strength: 'soft' },
  clear: { by: 'all', strength: 'hard' },
  expireAll: { by: 'all', strength: 'soft' },
} as const

export class InvalidatingHandle extends WritingHandle {
  expire(key: CacheKey, options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expire', key, options)
  }

  invalidate(scopes: Iterable<InvalidationScope>, options?: InvalidateOptions): Promise<Token> {
    return this.#invalidate('invalidate', scopes, options)
  }

  invalidateTags(tags: readonly string[], options?: WriteOptions): Promise<Token> {
    return this.#invalidate('invalidateTags', tags, options)
  }

  expireTags(tags: readonly string[], options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expireTags', tags, options)
  }

  invalidatePrefix(prefix: CacheKey, options?: WriteOptions): Promise<Token> {
    return this.#invalidate('invalidatePrefix', prefix, options)
  }

  expirePrefix(prefix: CacheKey, options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expirePrefix', prefix, options)
  }

  invalidatePattern(pattern: string, options?: WriteOptions): Promise<Token> {
    return this.#invalidate('invalidatePattern', pattern, options)
  }

  expirePattern(pattern: string, options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expirePattern', pattern, options)
  }

  clear(options?: WriteOptions): Promise<Token> {
    return this.#invalidate('clear', undefined, options)
  }

  expireAll(options?: ExpireOptions): Promise<Token> {
    return this.#invalidate('expireAll', undefined, options)
  }

  /** Makes no function for a call, as `set`. */
  #invalidate(method: keyof typeof METHODS, named: unknown, options: InvalidateOptions = NO_OPTIONS): Promise<Token> {
    try {
      const { by, strength } = METHODS[method]
      if (options !== NO_OPTIONS) checkOptions(options, method, optionsOf(method, strength))
      const how = howOf(options.soft === true ? 'soft' : strength, options.for)
      const scopes = this.#scopes(by, named, method)
      this.open()
      // Invalidated from the call on, so the memory can be given back at once.
      if (how.strength === 'hard' && scopes.some(isAll)) void this.engine.memory?.clear()
      const appended = append(this.engine, this.counters, invalidationsOf(scopes, how), options.queue)
      const mark = isPromise(appended)
        ? appended.then((marks) => markOfAll(this.engine, marks))
        : markOfAll(this.engine, appended)
      return written(method, this.engine.view, mark)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** @param where - Named in the error. */
  #scopes(by: ScopeKind, named: unknown, where: string): readonly Scope[] {
    switch (by) {
      case 'scopes':
        return scopesOf(named, (kind, member) => this.#scopes(kind, member, kind))
      case 'key':
        return [{ type: 'key', key: this.encode(named as CacheKey) }]
      case 'tags':
        return tagScopes(named as readonly string[], where)
      case 'prefix':
        return [this.keys.prefix(named as CacheKey)]
      case 'pattern':
        return [this.keys.pattern(named as string)]
      case 'all':
        return [this.keys.all()]
    }
  }
}

function isAll({ type }: Scope): boolean {
  return type === 'all'
}

/** Written out: to spread an object costs more than all the rest. */
function invalidationsOf(scopes: readonly Scope[], { strength, forMs }: Omit<Invalidation, 'scope'>): Invalidation[] {
  return scopes.map((scope) => ({ scope, strength, forMs }))
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
