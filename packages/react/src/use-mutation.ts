import {
  type MutateOptions,
  type MutationContext,
  type MutationOptions,
  type MutationSnapshot,
  mutation,
} from '@hotpath/observe/mutation'
import { useEffect, useMemo } from 'react'
import { useCacheIn } from './context.ts'
import { useMade } from './use-made.ts'
import { useSnapshot } from './use-snapshot.ts'

/** What `useMutation` returns: its latest call. The component is rendered again when a field changes that it has read. */
export type ShownMutation<Input, Result> = MutationSnapshot<Input, Result> & MutationActions<Input, Result>

/** What `useMutation` is called for. */
export interface MutationActions<Input, Result> {
  /**
   * Changes something on the server. The same function in each render. The promise may be left alone: what it rejects with
   * is in `error`, too.
   */
  readonly mutate: (input: Input, options?: MutateOptions) => Promise<Result>
  /** Forgets the latest call: it goes on, and is shown no more. */
  readonly reset: () => void
}

/**
 * Makes changes on the server that all components show at once, see `mutation` of `@hotpath/observe`. The function and the
 * options are those of the last render; calls go on when the component is gone.
 *
 * @throws ConfigError for a wrong option, or without a provider.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { CacheProvider, useMutation } from '@hotpath/react'
 * import { createElement } from 'react'
 * import { renderToString } from 'react-dom/server'
 *
 * function Rename() {
 *   const { mutate, status } = useMutation(async (name: string) => ({ name }), {
 *     optimistic: () => [{ key: ['city', 42], update: (before: { name: string }, name) => ({ ...before, name }) }],
 *   })
 *   return createElement('button', { onClick: () => mutate('Berne'), disabled: status === 'pending' }, status)
 * }
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * console.log(renderToString(createElement(CacheProvider, { cache }, createElement(Rename)))) // <button>idle</button>
 * await cache.close()
 * ```
 */
export function useMutation<Input = void, Result = unknown>(
  run: (input: Input, context: MutationContext) => Result | Promise<Result>,
  options?: MutationOptions<Input, Result>,
): ShownMutation<Input, Result> {
  const cache = useCacheIn('useMutation')
  const made = useMade([cache], () => mutation(cache, run, options))
  useEffect(() => made.update(run, options))
  const actions = useMemo(() => {
    const mutate = (input: Input, mutateOptions?: MutateOptions): Promise<Result> => {
      const result = made.mutate(input, mutateOptions)
      // Event handlers wait for nothing.
      result.catch(() => {})
      return result
    }
    return { mutate, reset: made.reset }
  }, [made])
  return useSnapshot(made, actions)
}
