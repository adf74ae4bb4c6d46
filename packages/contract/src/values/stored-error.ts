/**
 * Errors as they are stored: the built-in class that is nearest, and their own members, `code` and `cause` as well as
 * `message`. Where an error was made is left out.
 */
import { errorMembers } from './find-unstorable.ts'

const BUILT_IN: readonly string[] = [
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
]
/** The language hides these from whoever lists members. */
const HIDDEN: readonly string[] = ['name', 'message', 'cause', 'errors', 'error', 'suppressed']

/** Name of the built-in class that an error is an instance of, whatever realm it comes from. */
export function errorClassOf(error: object): string {
  for (let at: object | null = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    if (!Object.hasOwn(at, 'constructor')) continue
    const { name } = Object(at.constructor) as { readonly name?: unknown }
    if (typeof name === 'string' && BUILT_IN.includes(name)) return name
  }
  return 'Error'
}

/**
 * What is stored of an error: its own members, and `name` where that is not of its class.
 *
 * @throws TypeError when its name is no string.
 */
export function storedErrorMembers(error: Error): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const name of errorMembers(error)) members[name] = (error as unknown as Record<string, unknown>)[name]
  if (typeof error.name !== 'string') throw new TypeError('its name is no string')
  // Often of the class.
  if (error.name !== errorClassOf(error)) members['name'] = error.name
  if (error.message !== '') members['message'] = error.message
  return members
}

/**
 * Makes an error of what was stored: the name of its built-in class, and its members.
 *
 * @throws TypeError for what is no stored error.
 *
 * @example
 * ```ts
 * import { errorClassOf, restoreError, storedErrorMembers } from '@hotpath/contract/values'
 *
 * const error = Object.assign(new RangeError('too far'), { code: 'E_FAR' })
 * const restored = restoreError([errorClassOf(error), storedErrorMembers(error)])
 * console.log(restored instanceof RangeError, restored.message, Object.entries(restored)) // true too far [ [ 'code', 'E_FAR' ] ]
 * ```
 */
export function restoreError(content: unknown): Error {
  const [name, members] = content as readonly [unknown, unknown]
  if (typeof name !== 'string' || !BUILT_IN.includes(name) || typeof members !== 'object' || members === null) {
    throw new TypeError('it is no error')
  }
  const error = makeError(name)
  for (const [member, value] of Object.entries(members)) {
    const enumerable = !HIDDEN.includes(member)
    Object.defineProperty(error, member, { value, enumerable, writable: true, configurable: true })
  }
  return error
}

function makeError(name: string): Error {
  if (name === 'AggregateError') return new AggregateError([])
  const { [name]: BuiltIn = Error } = globalThis as unknown as Record<string, ErrorConstructor>
  return new BuiltIn()
}
