import { type CacheKey, wrongOption } from '@hotpath/contract'
import { type MaybeRefOrGetter, isRef, toRaw, toValue } from 'vue'

/** Beyond it the rest is taken as it is: also what is cyclic. */
const MAX_DEPTH = 100

/**
 * A value without the proxies of Vue, which no store takes. The same object where there is none in it; plain objects and
 * lists that have some are copied. What is reactive is read through its proxies, so that an effect that calls follows it.
 */
export function unwrapped<Value>(value: Value, depth = 0): Value {
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return value
  const raw = toRaw(value)
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => unwrapped(item, depth + 1))
    return isSame(raw, items) ? raw : (items as Value)
  }
  if (Object.getPrototypeOf(raw) !== Object.prototype) return raw
  const members = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, unwrapped(member, depth + 1)]),
  )
  return isSame(raw, members) ? raw : (members as Value)
}

function isSame(raw: object, members: object): boolean {
  return Object.entries(members).every(([name, member]) => Reflect.get(raw, name) === member)
}

/** A key as it is now: where it is reactive, or has a part that is, that is changed later. */
export function keyNow(key: CacheKey): CacheKey {
  const raw = unwrapped(key)
  return raw === key ? key : structuredClone(raw)
}

/**
 * The options that were given, or that a getter returns.
 *
 * @throws ConfigError for a function that takes something, as it is a `select` in their place, and for an option that is a ref.
 */
export function optionsIn<Options extends object | undefined>(given: MaybeRefOrGetter<Options>): Options {
  if (typeof given === 'function' && given.length > 0) {
    const wayOut = 'Write `{ select: (city) => city.name }` to show a part of the value.'
    throw wrongOption('options', 'an object, or a getter of one, which takes nothing', given, wayOut)
  }
  const options = toValue(given)
  for (const [name, option] of Object.entries(options ?? {})) {
    if (isRef(option)) throw wrongOption(name, 'no ref', option, `Write \`() => ({ ${name}: ref.value })\`.`)
  }
  return options
}

/** Options as they are now: the same object where nothing in them is reactive, and another one each time where something is. */
export function optionsNow<Options extends object>(options: Options): Options {
  const raw = unwrapped(options)
  return raw === options ? options : { ...raw }
}
