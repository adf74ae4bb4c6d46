/**
 * Refuses values that would not come back as they are, before a serializer turns them into something else in silence.
 *
 * Cost: one visit per member. Objects above the one at hand are kept in a list, which is as long as the value is deep.
 */
import { notEncodable } from './codec-error.ts'

const MAX_DEPTH = 100

/** Made by the platform, and carried by the serializer with their type. */
const CARRIED: readonly (abstract new (...args: never[]) => object)[] = [Date, RegExp, URL, ArrayBuffer]

/** @throws CodecError `ERR_CODEC_VALUE` that names the path. */
export function assertEncodable(value: unknown): void {
  visit(value, 'value', [])
}

function visit(value: unknown, path: string, above: object[]): void {
  switch (typeof value) {
    case 'object':
      if (value !== null) visitObject(value, path, above)
      return
    case 'function':
      throw notEncodable(path, 'a function', 'Store what it answers, or leave it out.')
    case 'symbol':
      throw notEncodable(path, 'a symbol', 'Use a text.')
    default:
  }
}

function visitObject(value: object, path: string, above: object[]): void {
  if (above.includes(value)) {
    throw notEncodable(path, 'a reference to an object around it', 'Store an id, or the parts without the way back.')
  }
  if (above.length >= MAX_DEPTH) {
    throw notEncodable(path, `nested more than ${MAX_DEPTH} levels deep`, 'Store its parts under keys of their own.')
  }
  above.push(value)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index]
      if (isContent(item)) visit(item, `${path}[${index}]`, above)
    }
  } else visitMembers(value, path, above)
  above.pop()
}

function visitMembers(value: object, path: string, above: object[]): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) {
    for (const name in value) {
      const member: unknown = (value as Record<string, unknown>)[name]
      if (isContent(member)) visit(member, `${path}.${name}`, above)
    }
  } else if (value instanceof Map) {
    for (const [key, member] of value) {
      visit(key, `${path} (a key)`, above)
      visit(member, `${path}.get(${String(key)})`, above)
    }
  } else if (value instanceof Set) {
    for (const member of value) visit(member, `${path} (a member)`, above)
  } else if (value instanceof Error) visit(value.cause, `${path}.cause`, above)
  else if (!ArrayBuffer.isView(value) && !CARRIED.some((type) => value instanceof type)) {
    const { name } = value.constructor as { readonly name?: string }
    throw notEncodable(
      path,
      name === undefined || name === '' ? 'an instance of a class' : `an instance of \`${name}\``,
      'Store plain data, such as `{ ...value }`, and make the instance where it is used.',
    )
  }
}

/** Paths are text, and only made for what has to be looked at. */
function isContent(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol'
}
