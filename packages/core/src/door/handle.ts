/** A cache as its users see it: encodes keys, resolves options, and hands on to the engine. Namespaces are handles too. */
import {
  type CacheKey,
  FRESHNESS_OPTIONS,
  type FreshnessOptions,
  type Token,
  checkOptions,
  parseToken,
  resolveFreshness,
  toToken,
} from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { asStored } from '../memory/memory-store.ts'
import { sizeOf } from '../memory/size-of.ts'
import { DEPENDENCIES, type SetEntry, WARM_OPTIONS } from '../options.ts'
import type { CacheEventType, CacheListener } from '../watch/events.ts'
import { loadedAt } from '../view/log-view.ts'
import type { Inspection } from '../watch/inspection.ts'
import type { CacheStats } from '../watch/stats.ts'
import { NO_OPTIONS, assertIterable, noWarmLoader, ownTags } from './input.ts'
import { InvalidatingHandle } from './invalidating-handle.ts'
import type { Dependencies } from '../cache/scope.ts'
import type { WarmOptions, WarmReport } from '../cache/warm.ts'
import type { AnyFunction, WrapArguments, Wrapped } from '../cache/wrap.ts'
import { wrap } from './wrap.ts'

export class CacheHandle extends InvalidatingHandle implements Cache {
  async purgeExpired(): Promise<number> {
    this.open()
    await this.engine.view.beginning()
    const { purge } = await import('./later/purge.ts')
    return purge(this.engine, { owns: (key) => this.keys.owns(key), assertOpen: () => this.open() })
  }

  async ready(): Promise<boolean> {
    return (await this.engine.view.beginning()) ?? (this.engine.view.isThere && !this.engine.closed)
  }

  position(): Token | undefined {
    const mark = this.engine.view.mark()
    return mark && toToken(mark)
  }

  isCurrent(token: Token, of: Dependencies = NO_OPTIONS): boolean {
    checkOptions(of, 'isCurrent', DEPENDENCIES)
    const { view } = this.engine
    // The name of a namespace is what its prefixes begin with, so that clearing it concerns all that was read in it.
    const key = of.key === undefined ? this.keys.name : this.keys.encode(of.key)
    return view.judge(key, loadedAt(view.atMost(parseToken(token, 'token')), ownTags(of.tags))) === 'valid'
  }

  wrap<Fn extends AnyFunction>(fn: Fn, ...[options = {}]: WrapArguments<Fn>): Wrapped<Fn> {
    return wrap(this as Cache, fn, options)
  }

  namespace<Value>(name: string, defaults: FreshnessOptions = {}): Cache<Value> {
    const keys = this.keys.namespace(name)
    checkOptions(defaults, 'namespace', FRESHNESS_OPTIONS)
    const freshness = resolveFreshness(this.freshness, defaults)
    return new CacheHandle(this.engine, keys, freshness, this.engine.stats.namespace(keys.name))
  }

  async warm<Value>(
    source: Iterable<CacheKey | SetEntry> | AsyncIterable<CacheKey | SetEntry>,
    options: WarmOptions<Value> = {},
  ): Promise<WarmReport> {
    this.open()
    assertIterable(source, 'warm')
    checkOptions(options, 'warm', WARM_OPTIONS, FRESHNESS_OPTIONS)
    resolveFreshness(this.freshness, options)
    ownTags(options.tags)
    // What a source read before the log could be seen might be outdated already.
    await this.engine.view.beginning()
    const asOf = this.position()
    const { warm } = await import('./later/warm.ts')
    return warm({ cache: this, asOf, assertOpen: () => this.open(), noLoader: noWarmLoader, toToken }, source, options)
  }

  async inspect(key: CacheKey): Promise<Inspection> {
    const encoded = this.encode(key)
    await this.engine.view.beginning()
    const { inspect } = await import('./later/inspect.ts')
    return inspect(this.engine, encoded, { sizeOf, asStored, toToken })
  }

  stats(): CacheStats {
    return this.engine.report(this.keys.name === '' ? undefined : this.counters)
  }

  on<Type extends CacheEventType | '*'>(type: Type, listener: CacheListener<Type>): () => void {
    this.open()
    return this.engine.events.on(type, listener)
  }

  once<Type extends CacheEventType | '*'>(type: Type, listener: CacheListener<Type>): () => void {
    this.open()
    return this.engine.events.once(type, listener)
  }

  close(): Promise<void> {
    return this.engine.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
