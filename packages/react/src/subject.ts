import { type CacheKey, ConfigError } from '@hotpath/contract'
import type { LoadContext, Loader } from '@hotpath/core'
import type { ObserveOptions } from '@hotpath/observe'

/** A key, how it is loaded and how it is shown: in one object, so that components, links and servers share it. */
export interface Subject<Value, Data = Value, Previous = Value> {
  /** Key of the value. */
  readonly key: CacheKey
  /** Loads the value. */
  readonly loader: (context: LoadContext<Previous>) => Value | Promise<Value>
  /** Options, as those of `observe`. Default: none. */
  readonly options?: ObserveOptions<Value, Data> | undefined
}

/** What a hook gets: a key, a loader and options, or one object with them. */
export function subjectOf<Value, Data>(
  first: CacheKey | Subject<Value, Data>,
  loader: Loader<Value> | undefined,
  options: ObserveOptions<Value, Data> | undefined,
): Subject<Value, Data> {
  if (loader === undefined && isSubject(first)) return checked(first)
  return { key: first as CacheKey, loader: loader as Loader<Value>, options }
}

function isSubject<Value, Data>(first: CacheKey | Subject<Value, Data>): first is Subject<Value, Data> {
  return typeof first === 'object' && first !== null && 'loader' in first
}

const MEMBERS = ['key', 'loader', 'options']

/** TypeScript lets an object that is shared have more members: options beside `options` would be lost without a word. */
export function checked<Of extends object>(subject: Of): Of {
  for (const name of Object.keys(subject)) {
    if (MEMBERS.includes(name)) continue
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `An object for a hook has \`key\`, \`loader\` and \`options\`, received \`${name}\`. Put options into \`options\`.`,
      { context: { option: name } },
    )
  }
  return subject
}
