import {
  type MutateOptions,
  type MutationContext,
  type MutationOptions,
  type MutationSnapshot,
  mutation,
} from '@hotpath/observe/mutation'
import { type Fields, useFields } from './fields.ts'
import { cacheIn } from './provide.ts'
import { unwrapped } from './unwrapped.ts'

/** What `useMutation` returns: refs of its latest call. */
export interface ShownMutation<Input, Result> extends Fields<MutationSnapshot<Input, Result>> {
  /**
   * Changes something on the server. The promise may be left alone, as what it rejects with is in `error`, too; Vue waits for
   * what an event handler returns, though: write `void mutate(…)` there.
   */
  readonly mutate: (input: Input, options?: MutateOptions) => Promise<Result>
  /** Forgets the latest call: it goes on, and is shown no more. */
  readonly reset: () => void
}

/**
 * Makes changes on the server that all components show at once, see `mutation` of `@hotpath/observe`. Calls go on when the
 * component is gone.
 *
 * @throws ConfigError for a wrong option, or where there is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { cachePlugin, useMutation } from '@hotpath/vue'
 * import { createSSRApp, h } from 'vue'
 * import { renderToString } from 'vue/server-renderer'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * const app = createSSRApp({
 *   setup() {
 *     const { mutate, status } = useMutation(async (name: string) => ({ name }), {
 *       optimistic: () => [{ key: ['city', 42], update: (before: { name: string }, name) => ({ ...before, name }) }],
 *     })
 *     return () => h('button', { onClick: () => void mutate('Berne') }, status.value)
 *   },
 * })
 * console.log(await renderToString(app.use(cachePlugin(cache)))) // <button>idle</button>
 * await cache.close()
 * ```
 */
export function useMutation<Input = void, Result = unknown>(
  run: (input: Input, context: MutationContext) => Result | Promise<Result>,
  options?: MutationOptions<Input, Result>,
): ShownMutation<Input, Result> {
  const made = mutation(cacheIn('useMutation'), run, options)
  const { fields } = useFields(made)
  const mutate = (input: Input, mutateOptions?: MutateOptions): Promise<Result> => {
    const result = made.mutate(unwrapped(input), mutateOptions)
    // Event handlers wait for nothing.
    result.catch(() => {})
    return result
  }
  return { ...fields, mutate, reset: made.reset }
}
