import { type OptionTable, checkOptions, signalOption } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { storeOf } from '../store.ts'
import { type MutationContext, type MutationOptions, changesOf, planOf } from './mutation-options.ts'
import { endLayers, placeLayer, type PlacedLayer } from './optimistic.ts'
import { learnIds, withRealIds } from './real-ids.ts'
import { runWithin } from './run-within.ts'

/**
 * What there is to show of a mutation: of its latest call. An object that is replaced when that changes. `status` says which
 * it is; `idle`: not called yet, or reset.
 */
export type MutationSnapshot<Input = unknown, Result = unknown> = {
  /** How many calls are on their way. */
  readonly pending: number
} & LatestCall<Input, Result>

/** The latest call: what it was called with, what it returned, and what it failed with, which may be anything. */
export type LatestCall<Input, Result> =
  | { readonly status: 'idle'; readonly input: undefined; readonly data: undefined; readonly error: undefined }
  | { readonly status: 'pending'; readonly input: Input; readonly data: undefined; readonly error: undefined }
  | { readonly status: 'ready'; readonly input: Input; readonly data: Result; readonly error: undefined }
  | { readonly status: 'failed'; readonly input: Input; readonly data: undefined; readonly error: unknown }

/** What `mutation` returns. Its methods need no `this`. */
export interface Mutation<Input, Result> {
  /**
   * Changes something on the server. Calls run side by side, and each takes back its own change alone when it fails.
   *
   * @returns What the function returned, once what it concerns is invalidated.
   * @throws What the function throws; LoadError `ERR_LOAD_TIMEOUT`; the reason of the signal.
   */
  mutate(input: Input, options?: MutateOptions): Promise<Result>
  /** Calls when the snapshot has been replaced, until the function that it returns is called. */
  subscribe(listener: () => void): () => void
  /** What there is to show of the latest call. */
  snapshot(): MutationSnapshot<Input, Result>
  /** Runs another function, or with other options, from the next call on; those that listen stay. */
  update(
    run: (input: Input, context: MutationContext) => Result | Promise<Result>,
    options?: MutationOptions<Input, Result>,
  ): void
  /** Forgets the latest call: it goes on, and shows no more in the snapshot. */
  reset(): void
}

/** Options of `mutate`. */
export interface MutateOptions {
  /** Aborts the call; its optimistic change is taken back. Default: none. */
  readonly signal?: AbortSignal | undefined
}

const MUTATE_OPTIONS: OptionTable<keyof MutateOptions> = { signal: signalOption }

/**
 * Makes a change on the server that observers show at once: `optimistic` says what to show until the server has it, and
 * `invalidates` what to load then. Calls end in any order; a load never hides a change that is on its way, and a failure
 * takes back its own change alone.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observe } from '@hotpath/observe'
 * import { mutation } from '@hotpath/observe/mutation'
 *
 * interface City {
 *   readonly id: number
 *   readonly name: string
 * }
 * let stored: City = { id: 42, name: 'Bern' } // in place of a server
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const city = observe(cache, ['city', 42], async () => stored)
 * await city.ready()
 *
 * const rename = mutation(cache, async ({ id, name }: City) => void (stored = { id, name }), {
 *   optimistic: ({ id }) => [{ key: ['city', id], update: (before: City, { name }) => ({ ...before, name }) }],
 *   invalidates: [{ tags: ['cities'] }],
 * })
 * const renamed = rename.mutate({ id: 42, name: 'Berne' })
 * console.log(city.snapshot().data?.name) // Berne
 * await renamed
 * console.log(rename.snapshot().status, (await city.refetch()).data?.name) // ready Berne
 * await cache.close()
 * ```
 */
export function mutation<Input = void, Result = unknown>(
  cache: Cache,
  run: (input: Input, context: MutationContext) => Result | Promise<Result>,
  options: MutationOptions<Input, Result> = {},
): Mutation<Input, Result> {
  let plan = planOf(run, options)
  const store = storeOf(cache)
  const idle: LatestCall<Input, Result> = { status: 'idle', input: undefined, data: undefined, error: undefined }
  const listeners = new Set<{ readonly call: () => void }>()
  let snapshot: MutationSnapshot<Input, Result> = { ...idle, pending: 0 }
  let latest = 0
  let pending = 0

  function show(call: number, next: LatestCall<Input, Result>): void {
    snapshot = call === latest ? { ...next, pending } : { ...snapshot, pending }
    for (const { call: listener } of [...listeners]) store.guard('A listener of a mutation', listener)
  }

  async function mutate(given: Input, mutateOptions: MutateOptions = {}): Promise<Result> {
    checkOptions(mutateOptions, 'mutate', MUTATE_OPTIONS)
    mutateOptions.signal?.throwIfAborted()
    const planned = plan
    const { invalidates, listed, ids, limitMs, run: runNow } = planned
    const call = ++latest
    const input = withRealIds(cache, given)
    const placed: PlacedLayer[] = []
    pending++
    try {
      for (const { key, update } of changesOf(planned, input)) {
        placed.push(placeLayer(cache, { key, update, input }))
      }
      show(call, { status: 'pending', input, data: undefined, error: undefined })
      const data = await runWithin(store.inside, (context) => runNow(input, context), limitMs, mutateOptions.signal)
      // From here on what is wrong is a fault: the server has the change.
      store.guard('The `ids` of a mutation', () => {
        if (ids !== undefined) learnIds(cache, ids(data, input))
      })
      let scopes = listed
      store.guard('The `invalidates` of a mutation', () => {
        if (typeof invalidates === 'function') scopes = invalidates(data, input)
      })
      await endLayers(cache, placed, scopes, true).catch((error: unknown) => {
        store.threw('The `invalidates` of a mutation', error)
        return endLayers(cache, placed, [], true)
      })
      pending--
      show(call, { status: 'ready', input, data, error: undefined })
      return data
    } catch (error) {
      // What it failed with says more than what the invalidation of a list that is wrong would.
      await endLayers(cache, placed, listed, false).catch(() => {})
      pending--
      show(call, { status: 'failed', input, data: undefined, error })
      throw error
    }
  }

  return {
    mutate,
    subscribe(listener) {
      const own = { call: listener }
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    snapshot: () => snapshot,
    update(...next) {
      plan = planOf(next[0], next[1] ?? {})
    },
    reset() {
      latest++
      show(latest, idle)
    },
  }
}
