/**
 * Looks at a value before a serializer gets it: refuses what would come back as something else, and collects the
 * structures of its plain objects.
 *
 * Cost: one visit per member. Objects above the one at hand are kept in a list, which is as long as the value is deep.
 */
import { notEncodable } from './codec-error.ts'

/** The names of an object's members, in their order. */
export type Structure = readonly string[]

const MAX_DEPTH = 100
/** Of a value with more, only the first ones are told. */
const MAX_STRUCTURES = 32

/** Made by the platform, and carried by the serializer with their type. */
const CARRIED: readonly (abstract new (...args: never[]) => object)[] = [Date, RegExp, URL, ArrayBuffer]

/**
 * The different structures of all plain objects in a value, as they are met.
 *
 * @throws CodecError `ERR_CODEC_VALUE` that names the path to what cannot be encoded.
 */
export function structuresOf(value: unknown): readonly Structure[] {
  const visitor = new Visitor()
  visitor.visit(value, 'value')
  return visitor.structures
}

class Visitor {
  readonly structures: Structure[] = []
  readonly #above: object[] = []

  visit(value: unknown, path: string): void {
    switch (typeof value) {
      case 'object':
        if (value !== null) this.#visitObject(value, path)
        return
      case 'function':
        throw notEncodable(path, 'a function', 'Store what it answers, or leave it out.')
      case 'symbol':
        throw notEncodable(path, 'a symbol', 'Use a text.')
      default:
    }
  }

  #visitObject(value: object, path: string): void {
    const above = this.#above
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
        if (isContent(item)) this.visit(item, `${path}[${index}]`)
      }
    } else this.#visitMembers(value, path)
    above.pop()
  }

  #visitMembers(value: object, path: string): void {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      const names = Object.keys(value)
      this.#collect(names)
      for (const name of names) {
        const member: unknown = (value as Record<string, unknown>)[name]
        if (isContent(member)) this.visit(member, `${path}.${name}`)
      }
    } else if (value instanceof Map) {
      for (const [key, member] of value) {
        this.visit(key, `${path} (a key)`)
        this.visit(member, `${path}.get(${String(key)})`)
      }
    } else if (value instanceof Set) {
      for (const member of value) this.visit(member, `${path} (a member)`)
    } else if (value instanceof Error) this.visit(value.cause, `${path}.cause`)
    else if (!ArrayBuffer.isView(value) && !CARRIED.some((type) => value instanceof type)) {
      const { name } = value.constructor as { readonly name?: string }
      throw notEncodable(
        path,
        name === undefined || name === '' ? 'an instance of a class' : `an instance of \`${name}\``,
        'Store plain data, such as `{ ...value }`, and make the instance where it is used.',
      )
    }
  }

  #collect(names: Structure): void {
    const { structures } = this
    if (names.length === 0) return
    if (structures.length < MAX_STRUCTURES && !structures.some((known) => isSame(known, names))) structures.push(names)
  }
}

function isSame(a: Structure, b: Structure): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** Paths are text, and only made for what has to be looked at. */
function isContent(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol'
}
