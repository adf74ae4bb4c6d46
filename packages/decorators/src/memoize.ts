/**
 * What a member answered, kept as long as its object lives, in this process only and for this object alone. It needs no
 * cache and makes nothing asynchronous: a promise is kept as it is, so that those who ask meanwhile share it, and let go
 * of when it fails.
 *
 * Each object has a table of its own, found by a WeakMap. When it is full the oldest entry leaves, unless it was used since
 * it was looked at last: then it gets a second chance (the CLOCK algorithm: Corbató, "A Paging Experiment with the Multics
 * System", 1968). O(1), and a hit moves nothing.
 */
import {
  type CacheKey,
  type Clock,
  type Duration,
  type KeyPart,
  encodeKey,
  toMs,
  type OptionTable,
  countOption,
} from '@hotpath/contract'
import { systemClock } from '@hotpath/core'
import { forgetful } from './forgetful.ts'
import { assertFunction, assertOptions } from './input.ts'
import { memberDecorator } from './member.ts'
import type { AnyFunction, ArgsOf, MemberDecorator } from './member-types.ts'

/** Options of `@Memoize`. */
export interface MemoizeOptions<This, Of> {
  /** The key of a call, made from its arguments. Default: all of them. */
  readonly key?: ((this: This, ...args: ArgsOf<Of>) => CacheKey) | undefined
  /** How many calls each object remembers; those unused for longest are forgotten. Default 1,000. */
  readonly maxEntries?: number | undefined
  /** How long a call is remembered. Default `Infinity`: as long as its object lives. */
  readonly ttl?: Duration | undefined
  /** Time. Default: the machine's. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined
}

/**
 * Remembers what a method or getter answered, synchronous or not, for each object by itself.
 *
 * `null` is remembered, `undefined` and failures are not. `invalidate(self, 'name', …)` forgets a call, `clear(self, 'name')`
 * all of an object. For what processes share, or what is invalidated by a tag, use `Cacheable`; for functions, `memoize` of
 * `@hotpath/request`.
 *
 * @throws ConfigError for wrong options, and when it stands before anything but a method or getter.
 */
export function Memoize<This = unknown, Of = AnyFunction>(
  options: MemoizeOptions<This, Of> = {},
): MemberDecorator<This, Of, unknown> {
  const plan = readOptions(options as Options, '@Memoize')
  return memberDecorator('@Memoize', ({ fn }) => makeMemoized(fn, plan))
}

type Options = MemoizeOptions<unknown, AnyFunction>
type Table = Map<string, Kept>

interface Kept {
  readonly answer: unknown
  readonly until: number
  wasUsed: boolean
}

interface Plan {
  readonly key: Options['key']
  readonly maxEntries: number
  readonly ttlMs: number
  readonly clock: Pick<Clock, 'monotonic'>
}

const MEMOIZE_OPTIONS: OptionTable<keyof Options> = { key: true, maxEntries: countOption, ttl: true, clock: true }

function readOptions(options: Options, decorator: string): Plan {
  assertOptions(options, decorator, MEMOIZE_OPTIONS)
  const { key, maxEntries = 1_000, ttl = Number.POSITIVE_INFINITY, clock = systemClock } = options
  assertFunction(key, 'key', 'key: (query) => [query.id]')
  return { key, maxEntries, ttlMs: toMs(ttl, 'ttl'), clock }
}

function makeMemoized(fn: AnyFunction, { key, maxEntries, ttlMs, clock }: Plan): AnyFunction {
  const tables = new WeakMap<object, Table>()
  const ofNobody: Table = new Map()
  const keyOf = (self: unknown, args: readonly unknown[]): string => {
    if (key !== undefined) return encodeKey(key.apply(self, args as unknown[]))
    return args.length === 0 ? '' : encodeKey(args as readonly KeyPart[])
  }

  function memoized(this: unknown, ...args: unknown[]): unknown {
    const table = isObject(this) ? tableOf(this) : ofNobody
    const id = keyOf(this, args)
    const kept = table.get(id)
    const now = ttlMs === Number.POSITIVE_INFINITY ? 0 : clock.monotonic()
    if (kept !== undefined && now < kept.until) {
      kept.wasUsed = true
      return kept.answer
    }
    const answer: unknown = Reflect.apply(fn, this, args)
    if (answer === undefined || ttlMs === 0) return answer
    const entry: Kept = { answer, until: now + ttlMs, wasUsed: false }
    table.delete(id)
    if (table.size >= maxEntries) makeRoom(table)
    table.set(id, entry)
    if (isThenable(answer)) {
      const drop = (): void => {
        if (table.get(id) === entry) table.delete(id)
      }
      answer.then((value) => value === undefined && drop(), drop)
    }
    return answer
  }

  function tableOf(self: object): Table {
    let table = tables.get(self)
    if (table === undefined) tables.set(self, (table = new Map()))
    return table
  }

  const of = (self: unknown): Table | undefined => (isObject(self) ? tables.get(self) : ofNobody)
  return forgetful(memoized, {
    invalidate: (self, args) => void of(self)?.delete(keyOf(self, args)),
    clear: (self) => of(self)?.clear(),
  })
}

/** Removes one entry: the oldest that was not used. Those that were come to the end, and count as unused from then on. */
function makeRoom(table: Table): void {
  for (const [id, entry] of table) {
    table.delete(id)
    if (!entry.wasUsed) return
    entry.wasUsed = false
    table.set(id, entry)
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
}
