/** Which answer is whose. Pure. */
import { RequestError, isPromise, kindOf } from '@hotpath/contract'
import type { Item } from './item.ts'

/** What a `loadMany` may answer: values in the order of the keys, or a map by key. An Error is one key's failure. */
export type ManyAnswers<Key, Value> = readonly (Value | Error)[] | ReadonlyMap<Key, Value | Error>

/**
 * The answers in the order of the items.
 *
 * @param keys - The list that `loadMany` was given, which it may have changed.
 * @throws RequestError `ERR_REQUEST_RESULT` when it is not known which answer is whose.
 */
export function answersOf<Key>(
  name: string,
  items: readonly Item<Key>[],
  keys: readonly Key[],
  answer: unknown,
): readonly unknown[] {
  if (Array.isArray(answer)) {
    if (answer.length !== items.length) throw otherLength(name, answer.length, items.length)
    if (!isUnchanged(items, keys)) throw changed(name)
    assertAwaited(name, answer)
    return answer as readonly unknown[]
  }
  if (!isMap(answer)) throw neither(name, answer)
  const answers = items.map(({ key }) => answer.get(key))
  assertAwaited(name, answers)
  if (answer.size > 0 && !items.some(({ key }) => answer.has(key))) throw otherKeys(name, answer.size)
  return answers
}

function isMap(answer: unknown): answer is ReadonlyMap<unknown, unknown> {
  const { get, has, size } = Object(answer) as Record<string, unknown>
  return typeof get === 'function' && typeof has === 'function' && typeof size === 'number'
}

function isUnchanged<Key>(items: readonly Item<Key>[], keys: readonly Key[]): boolean {
  if (keys.length !== items.length) return false
  for (let index = 0; index < keys.length; index++) {
    const given = (items[index] as Item<Key>).key
    const now = keys[index]
    if (given !== now && !Object.is(given, now)) return false
  }
  return true
}

function otherLength(name: string, answers: number, keys: number): RequestError {
  return wrongResult(
    name,
    `answered ${answers} values for ${keys} keys. Answer one for each key, in the order of the keys (\`undefined\` or an Error where there is none), or a Map by key.`,
    { answers, keys },
  )
}

function changed(name: string): RequestError {
  return wrongResult(
    name,
    'changed the list of its keys, so nobody can tell which answer is whose. Copy the list before you sort or cut it, or answer with a Map by key.',
  )
}

function assertAwaited(name: string, answers: readonly unknown[]): void {
  if (!answers.some(isPromise)) return
  // Nobody waits for them any more, and one that fails would end the process.
  for (const promise of answers.filter(isPromise)) promise.then(undefined, () => {})
  throw wrongResult(
    name,
    'answered with promises where values belong. Await them all with `Promise.allSettled`, and put an Error in the place of what failed.',
  )
}

function neither(name: string, answer: unknown): RequestError {
  return wrongResult(
    name,
    `must answer with a list or a Map, received ${kindOf(answer)}. Answer one value for each key, in the order of the keys, or a Map by key.`,
  )
}

function otherKeys(name: string, size: number): RequestError {
  return wrongResult(
    name,
    `answered with a Map of ${size} that has none of the keys asked for. Use the very keys that it was called with: \`1\` and \`'1'\` differ.`,
  )
}

function wrongResult(name: string, message: string, context: object = {}): RequestError {
  return new RequestError('ERR_REQUEST_RESULT', `\`${name}\` ${message}`, { context: { name, ...context } })
}
