import {
  type CacheKey,
  type Duration,
  type OptionTable,
  checkOptions,
  functionOption,
  requiredFunction,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import type { InvalidationScope } from '@hotpath/core'

/** A change of one key that is shown before the server has it. */
export interface OptimisticChange<Input> {
  /** Key of the value. */
  readonly key: CacheKey
  /**
   * Makes the value to show from the one below; changes nothing in it. It may be called often, and may get a value that has
   * the change already. When it throws the change is left out, and a `fault` event says so. Nobody can tell from a key what is
   * stored under it: say what `value` is, `(city: City) => …`, or make the change with `changeOf`, which knows.
   */
  // A method, whose parameters TypeScript compares in both directions: each change has a value of another type.
  update(value: unknown, input: Input): unknown
}

/** Options of `mutation`. */
export interface MutationOptions<Input, Result> {
  /** What to show while it runs, and until it has been loaded. Default: nothing. */
  readonly optimistic?: ((input: Input) => readonly OptimisticChange<Input>[]) | undefined
  /**
   * What to invalidate when it has succeeded; a list also when it has failed, as nobody may know what the server did. The
   * keys of `optimistic` are always invalidated. Default: those alone.
   */
  readonly invalidates?:
    | readonly InvalidationScope[]
    | ((result: Result, input: Input) => readonly InvalidationScope[])
    | undefined
  /** The real ids of what the input had `temporaryId()`s for, by these. Default: none. */
  readonly ids?: ((result: Result, input: Input) => Readonly<Record<string, unknown>>) | undefined
  /** How long it may take: then its signal is aborted and it fails with `ERR_LOAD_TIMEOUT`. Default `'1m'`. */
  readonly timeout?: Duration | false | undefined
}

/** What a mutation gets beside its input. */
export interface MutationContext {
  /** Aborted when the caller's signal is, or the timeout has passed. */
  readonly signal: AbortSignal
}

const OPTIONS: OptionTable<keyof MutationOptions<never, never>> = {
  optimistic: functionOption,
  invalidates: true,
  ids: functionOption,
  timeout: true,
}

const CHANGES_WAY_OUT = "Return for example `[{ key: ['city', 42], update: (before) => ({ ...before, name }) }]`."

/** What a call does. */
export interface Plan<Input, Result>
  extends Pick<MutationOptions<Input, Result>, 'optimistic' | 'invalidates' | 'ids'> {
  readonly run: (input: Input, context: MutationContext) => Result | Promise<Result>
  /** What to invalidate however it ends. */
  readonly listed: readonly InvalidationScope[]
  readonly limitMs: number
}

/** @throws ConfigError for a wrong option. */
export function planOf<Input, Result>(
  run: Plan<Input, Result>['run'],
  options: MutationOptions<Input, Result>,
): Plan<Input, Result> {
  requiredFunction(run, 'run', '(city, { signal }) => saveCity(city, signal)')
  checkOptions(options, 'mutation', OPTIONS)
  const { optimistic, invalidates, ids, timeout = '1m' } = options
  const listed = typeof invalidates === 'function' || invalidates === undefined ? [] : listOption(invalidates)
  const limitMs = timeout === false ? Number.POSITIVE_INFINITY : toMs(timeout, 'timeout')
  return { run, optimistic, invalidates, listed, ids, limitMs }
}

/**
 * What `optimistic` returned for an input.
 *
 * @throws ConfigError for what is no list of changes.
 */
export function changesOf<Input>(
  { optimistic }: Pick<Plan<Input, unknown>, 'optimistic'>,
  input: Input,
): readonly OptimisticChange<Input>[] {
  const changes = optimistic?.(input) ?? []
  if (!Array.isArray(changes))
    throw wrongOption('optimistic', 'a function that returns a list', changes, CHANGES_WAY_OUT)
  for (const change of changes as readonly (Partial<OptimisticChange<Input>> | undefined)[]) {
    requiredFunction(change?.update, 'update', '(before) => ({ ...before, name })')
  }
  return changes
}

function listOption(scopes: readonly InvalidationScope[]): readonly InvalidationScope[] {
  if (Array.isArray(scopes)) return scopes
  throw wrongOption(
    'invalidates',
    'a list of scopes, or a function',
    scopes,
    "Use for example `[{ tags: ['cities'] }]`.",
  )
}
