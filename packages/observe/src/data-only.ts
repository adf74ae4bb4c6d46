import { ValueError, displayKey } from '@hotpath/contract'

/**
 * What a loader returned, unless it is a `Response`: all that show the key would share it, and its body can be read only once.
 *
 * @throws ValueError `ERR_VALUE_RESPONSE`.
 */
export function dataOnly<Value>(value: Value, encoded: string): Value {
  // Of any realm, and of any package that has one.
  if (Object.prototype.toString.call(value) !== '[object Response]') return value
  const key = displayKey(encoded)
  throw new ValueError(
    'ERR_VALUE_RESPONSE',
    `The loader of \`${key}\` returned a Response, whose body can be read only once. Look at \`response.ok\`, and return what it holds, such as \`await response.json()\`.`,
    { context: { key } },
  )
}
