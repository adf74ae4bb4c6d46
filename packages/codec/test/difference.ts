/**
 * Compares strictly what went in with what came out: types, members, signs of zeros, orders, invisible members of errors.
 * Apart from what docs/values.md says: where an error was made and its class below the built-in one, prototypes that
 * are null, which realm a value is of, and Buffers.
 *
 * @returns the path of the first difference.
 */
export function differenceOf(actual: unknown, expected: unknown, path = 'value'): string | undefined {
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected) ? undefined : path
  if (typeof actual !== 'object' || actual === null) return path
  const type = typeOf(expected)
  if (typeOf(actual) !== type || actual === expected) return `${path}: another type, or the very same object`
  const [got, wanted] = [partsOf(actual, type), partsOf(expected, type)]
  if (got.length !== wanted.length) return `${path}: ${got.length} parts of ${wanted.length}`
  for (const [index, [name, part]] of wanted.entries()) {
    const [gotName, gotPart] = got[index] as readonly [unknown, unknown]
    const difference =
      differenceOf(gotName, name, `${path}#${index}`) ?? differenceOf(gotPart, part, `${path}.${String(index)}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

function typeOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null) return 'Object'
  const type = Object.prototype.toString.call(value).slice(8, -1)
  if (type !== 'Object' && type !== 'Error' && type !== 'DOMException') return type
  return type === 'Object' ? prototype.constructor.name : 'Error'
}

function partsOf(value: object, type: string): readonly (readonly [unknown, unknown])[] {
  const own = (names: readonly PropertyKey[]): [unknown, unknown][] =>
    names.map((name) => [name, (value as Record<PropertyKey, unknown>)[name]])
  switch (type) {
    case 'Map':
      return [...(value as Map<unknown, unknown>)]
    case 'Set':
      return [...(value as Set<unknown>)].map((member) => [member, member])
    case 'Date':
      return [['time', (value as Date).getTime()]]
    case 'RegExp':
      return [
        ['source', (value as RegExp).source],
        ['flags', (value as RegExp).flags],
      ]
    case 'URL':
      return [['href', (value as URL).href]]
    case 'ArrayBuffer':
      return own(Object.keys(new Uint8Array(value as ArrayBuffer)))
    case 'Error': {
      const names = Object.getOwnPropertyNames(value).filter((name) => !['stack', 'name', 'message'].includes(name))
      return [...own(['name', 'message']), ...own(names.sort())]
    }
    case 'Array':
      return own(['length', ...Reflect.ownKeys(value).filter((name) => name !== 'length')])
    default:
      return own(Object.keys(value))
  }
}
