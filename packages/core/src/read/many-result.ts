/** What a loader of many keys may answer with. */
import { type CacheKey, LoadError, type MaybePromise, encodeWholeKey, kindOf } from '@hotpath/contract'

/**
 * The values in the order of the keys; a loader may answer with promises of them.
 *
 * @throws LoadError `ERR_LOAD_RESULT` for anything but a Map, or a list of as many values.
 */
export function valuesOf<Value>(
  keys: readonly CacheKey[],
  answer: unknown,
): readonly MaybePromise<Value | undefined>[] {
  const values: unknown = answer instanceof Map ? pick(keys, answer as ReadonlyMap<CacheKey, Value>) : answer
  if (Array.isArray(values) && values.length === keys.length)
    return values as readonly MaybePromise<Value | undefined>[]
  throw wrongResult(keys.length, values)
}

/** By what keys mean: a loader may build them anew. */
function pick<Value>(keys: readonly CacheKey[], values: ReadonlyMap<CacheKey, Value>): (Value | undefined)[] {
  const byMeaning = new Map(Array.from(values, ([key, value]) => [encodeWholeKey(key), value]))
  return keys.map((key) => byMeaning.get(encodeWholeKey(key)))
}

function wrongResult(expected: number, answer: unknown): LoadError {
  return new LoadError(
    'ERR_LOAD_RESULT',
    `The loader of \`getOrSetMany\` got ${expected} keys and answered ${Array.isArray(answer) ? `${answer.length} values` : kindOf(answer)}. Answer a list with one value per key in their order (\`undefined\` for none), or a Map by key.`,
  )
}
