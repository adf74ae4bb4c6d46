import type { Subject } from '../subject.ts'
import type { OptimisticChange } from './mutation-options.ts'

/**
 * A change of what a shared object loads, with its types inferred: `update` gets what the loader returns, and returns the same.
 * For `optimistic` of a mutation.
 *
 * @param subject - The key to change, and how it is loaded. Its options have no effect.
 * @param update - Makes the value to show from the one below; changes nothing in it. Not called where there is no value.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observe, subject } from '@hotpath/observe'
 * import { changeOf, mutation } from '@hotpath/observe/mutation'
 *
 * const cityOf = (id: number) => subject({ key: ['city', id], loader: async () => ({ id, name: 'Bern' }) })
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const { key, loader } = cityOf(42)
 * const city = observe(cache, key, loader)
 * await city.ready()
 *
 * const rename = mutation(cache, async (name: string) => ({ name }), {
 *   optimistic: () => [changeOf(cityOf(42), (before, name) => ({ ...before, name }))],
 * })
 * const renamed = rename.mutate('Berne')
 * console.log(city.snapshot().data?.name) // Berne
 * await renamed
 * await cache.close()
 * ```
 */
export function changeOf<Value, Data, Previous, Input = unknown>(
  { key }: Subject<Value, Data, Previous>,
  update: (value: Exclude<Value, undefined>, input: Input) => Exclude<Value, undefined>,
): OptimisticChange<Input> {
  return { key, update }
}
