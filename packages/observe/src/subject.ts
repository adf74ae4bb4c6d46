import { type CacheKey, ConfigError } from '@hotpath/contract'
import type { LoadContext } from '@hotpath/core'
import type { ObserveOptions } from './options.ts'

/** A key, how it is loaded and how it is shown: in one object, so that components, links, routes and servers share it. */
export interface Subject<Value, Data = Value, Previous = Value> {
  /** Key of the value. */
  readonly key: CacheKey
  /** Loads the value. */
  readonly loader: (context: LoadContext<Previous>) => Value | Promise<Value>
  /** Options, as those of `observe`. Default: none. */
  readonly options?: ObserveOptions<Value, Data> | undefined
}

/**
 * A key, its loader and options as one object that is shared, with its types checked and inferred as in a call: `ttl: '5m'` is a
 * duration there and not a string, and `select` gets what the loader returns. For objects that are made apart from a call.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` for an object that has anything else.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observe, subject } from '@hotpath/observe'
 *
 * const cityOf = (id: number) =>
 *   subject({ key: ['city', id], loader: async () => ({ name: 'Bern' }), options: { ttl: '5m', tags: ['cities'] } })
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * const { key, loader, options } = cityOf(42)
 * const { data } = await observe(cache, key, loader, options).ready()
 * console.log(key, data) // [ 'city', 42 ] { name: 'Bern' }
 * await cache.close()
 * ```
 */
export function subject<Value, Data = Value, Previous = Value>(
  shared: Subject<Value, Data, Previous>,
): Subject<Value, Data, Previous> {
  return checked(shared)
}

/**
 * What a binding of a framework gets, as one object: its users pass a key, a loader and options, or one object with them. Options
 * beside such an object take the place of its own: `select` with the `isEqual` that belongs to it, `undefined` of none.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` for an object that has anything else.
 *
 * @example
 * ```ts
 * import { subjectOf } from '@hotpath/observe'
 *
 * const loader = async () => 'Bern'
 * const options = { tags: ['cities'] }
 * console.log(subjectOf(['city', 42], loader, options).key) // [ 'city', 42 ]
 * console.log(subjectOf({ key: ['city', 42], loader, options }).options) // { tags: [ 'cities' ] }
 * console.log(subjectOf({ key: ['city', 42], loader, options }, { enabled: false }).options) // { tags: [ 'cities' ], enabled: false }
 * ```
 */
export function subjectOf<Value, Data = Value, Previous = Value, Shown = Data>(
  subject: Subject<Value, Data, Previous>,
  options?: ObserveOptions<Value, Shown>,
): Subject<Value, Shown, Previous>
export function subjectOf<Value, Data = Value, Previous = Value>(
  first: CacheKey | Subject<Value, Data, Previous>,
  second?: Subject<Value, Data, Previous>['loader'] | ObserveOptions<Value, Data>,
  options?: ObserveOptions<Value, Data>,
): Subject<Value, Data, Previous>
export function subjectOf<Value>(
  first: CacheKey | Subject<Value>,
  second?: Subject<Value>['loader'] | ObserveOptions<Value>,
  options?: ObserveOptions<Value>,
): Subject<Value> {
  if (isSubject(first)) return withOptions(checked(first), second as ObserveOptions<Value> | undefined)
  return { key: first, loader: second as Subject<Value>['loader'], options }
}

/** With options in the place of those that it has. What is no object is refused where options are. */
function withOptions<Value>(subject: Subject<Value>, own: ObserveOptions<Value> | undefined): Subject<Value> {
  if (own === undefined) return subject
  if (typeof own !== 'object' || own === null) return { ...subject, options: own }
  const given = Object.entries(own).filter(([, option]) => option !== undefined)
  const without = own.select !== undefined && { isEqual: undefined }
  return { ...subject, options: { ...subject.options, ...without, ...Object.fromEntries(given) } }
}

function isSubject<Of extends object>(first: CacheKey | Of): first is Of {
  return 'loader' in Object(first)
}

/** TypeScript lets an object that is shared have more members: options beside `options` would be lost without a word. */
function checked<Value, Data, Previous>(subject: Subject<Value, Data, Previous>): Subject<Value, Data, Previous> {
  const { key, loader, options, ...others } = subject
  for (const option of Object.keys(others)) {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `An object to show has \`key\`, \`loader\` and \`options\`, received \`${option}\`. Put options into \`options\`, or pass them beside the object.`,
      { context: { option } },
    )
  }
  return subject
}
