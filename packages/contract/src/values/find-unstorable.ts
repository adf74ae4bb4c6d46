/**
 * Whether a value would come back from a store as it is, see docs/values.md.
 *
 * Cost: one visit per member, and no more than `MAX_OBJECTS` objects. The containers above the one at hand are kept in
 * a list, each with the member that is being looked at, so that a path costs nothing until there is a fault.
 *
 * A page loads this when a cache checks values, so it imports nothing that the page has anyway: bundlers would move that
 * into a chunk of its own.
 */
import { adviceOn } from './advice.ts'
import { isDetached, kindOf } from './value-kind.ts'
import { isRememberedFailure } from './remembered-failure.ts'

/** How deep objects may be nested. */
export const MAX_DEPTH = 100
/** How many objects, lists and the like one value may consist of; shared parts count each time. */
export const MAX_OBJECTS: number = 2 ** 20

/** Own names of an error that are no members of the value: where it was made differs by process. */
const NOT_OF_ERRORS = 'stack'
const MAX_NAME = 64
const HALF = 'with half of a surrogate pair'
const PLAIN = '[object Object]'

/** What keeps a value from being stored. */
export interface Unstorable {
  /** The way to it, from `value`. */
  readonly path: string
  /** What is there: `it is …`. Empty in a build for production, as are the messages of errors. */
  readonly what: string
  /** What to store instead. Empty like `what`. */
  readonly wayOut: string
  /** What was thrown when it was read. */
  readonly cause?: unknown
}

/**
 * Finds the first part of a value that could not be stored: what is not plain data nor of the built-in types of
 * docs/values.md, of any realm. `undefined`: all of it can.
 *
 * @example
 * ```ts
 * import { findUnstorable } from '@hotpath/contract/unstorable'
 *
 * console.log(findUnstorable({ user: { greet: () => 'hi' } })?.path) // value.user.greet
 * ```
 */
export function findUnstorable(value: unknown): Unstorable | undefined {
  return new Walk().find(isRememberedFailure(value) ? value.error : value)
}

/**
 * Whether an object is what its names say: not a list, an error or a Date that was given the prototype of an object, nor
 * one with nothing but hidden members, such as `Math`. To look for hidden members of every object would cost each write.
 */
export function isAsNamed(value: object, names: readonly string[]): boolean {
  if (names.length > 0 && names[0] !== '0') return true
  return Object.getOwnPropertyNames(value).length === names.length && Object.prototype.toString.call(value) === PLAIN
}

/** Own names of an error that are part of its value: `message`, `cause`, `code`, `errors`, whatever it carries. */
export function errorMembers(error: object): string[] {
  return Object.getOwnPropertyNames(error).filter((name) => name !== NOT_OF_ERRORS)
}

/** Ends a walk. */
class Found {
  readonly unstorable: Unstorable

  constructor(unstorable: Unstorable) {
    this.unstorable = unstorable
  }
}

class Walk {
  readonly #above: object[] = []
  /** For each container above, the name or index of the member at hand. */
  readonly #steps: (string | number)[] = []
  #objects = 0

  find(value: unknown): Unstorable | undefined {
    try {
      this.#visit(value)
      return undefined
    } catch (error) {
      if (error instanceof Found) return error.unstorable
      // A getter, or a trap of a proxy.
      return this.#found('something that throws when it is read', 'Store plain data.', error).unstorable
    }
  }

  #visit(value: unknown): void {
    switch (typeof value) {
      case 'string':
        if (!isWellFormed(value)) {
          throw this.#found(`a string ${HALF}`, 'Cut strings between characters, or use `toWellFormed()`.')
        }
        return
      case 'object':
        if (value !== null) this.#visitObject(value)
        return
      case 'function':
        throw this.#found('a function', 'Store what it returns, or leave it out.')
      case 'symbol':
        throw this.#found('a symbol', 'Use a string.')
      default:
    }
  }

  #visitObject(value: object): void {
    const kind = kindOf(value)
    if (kind === undefined) throw this.#found(...adviceOn(value))
    if (this.#above.includes(value)) {
      throw this.#found('a reference to an object around it', 'Store an id, or the parts without the way back.')
    }
    if (this.#above.length >= MAX_DEPTH) {
      throw this.#found(`nested more than ${MAX_DEPTH} levels deep`, 'Store its parts under keys of their own.')
    }
    if (++this.#objects > MAX_OBJECTS) {
      throw this.#found(`made of more than ${MAX_OBJECTS} objects`, 'Store its parts under keys of their own.')
    }
    this.#above.push(value)
    this.#steps.push('')
    if (kind === 'object') this.#visitPlain(value)
    else if (kind === 'array') this.#visitItems(value as unknown[])
    else if (kind === 'error') this.#visitError(value as Error)
    else if (kind === 'typed array') this.#assertAttached((value as ArrayBufferView).buffer)
    else {
      // The platform keeps what a URL is made of in members of its own.
      if (kind !== 'url' && Object.keys(value).length > 0) throw this.#withOwnMembers(kind)
      if (kind === 'map') this.#visitEntries(value as Map<unknown, unknown>)
      else if (kind === 'set') this.#visitMembers(value as Set<unknown>)
      else if (kind === 'regexp') this.#visitRegExp(value as RegExp)
      else if (kind === 'buffer') this.#assertAttached(value as ArrayBuffer)
    }
    this.#above.pop()
    this.#steps.pop()
  }

  #visitPlain(value: object): void {
    const names = Object.keys(value)
    this.#visitNamed(value, names)
    if (isAsNamed(value, names)) return
    const tag = Object.prototype.toString.call(value)
    if (tag !== PLAIN) {
      this.#leave()
      // A list or an error with the prototype of an object, or `Math`.
      throw this.#found(...adviceOn(value))
    }
    this.#steps[this.#steps.length - 1] = Object.getOwnPropertyNames(value).find((name) => !names.includes(name)) ?? ''
    throw this.#found('a member that is not enumerable', 'Define it as enumerable, or store an object without it.')
  }

  #visitNamed(value: object, names: readonly string[]): void {
    const steps = this.#steps
    const last = steps.length - 1
    for (const name of names) {
      steps[last] = name
      if (name === '__proto__') throw this.#found('named as the prototype of an object', 'Use another name.')
      if (!isWellFormed(name)) throw this.#found('named by half of a surrogate pair', 'Use another name.')
      this.#visit((value as Readonly<Record<string, unknown>>)[name])
    }
    this.#refuseSymbols(value)
  }

  #visitItems(items: readonly unknown[]): void {
    const steps = this.#steps
    const last = steps.length - 1
    for (let index = 0; index < items.length; index++) {
      steps[last] = index
      const item = items[index]
      if (item === undefined && !(index in items)) throw this.#found('a hole in a list', 'Use `null`.')
      this.#visit(item)
    }
    // Holes are ruled out by now.
    if (Object.keys(items).length > items.length) throw this.#withOwnMembers('list')
    this.#refuseSymbols(items)
  }

  #visitEntries(map: ReadonlyMap<unknown, unknown>): void {
    const steps = this.#steps
    const last = steps.length - 1
    let index = 0
    for (const [key, member] of Map.prototype.entries.call(map)) {
      steps[last] = `(key ${index})`
      this.#visit(key)
      steps[last] = `(value ${index++})`
      this.#visit(member)
    }
  }

  #visitMembers(set: ReadonlySet<unknown>): void {
    const last = this.#steps.length - 1
    let index = 0
    for (const member of Set.prototype.values.call(set)) {
      this.#steps[last] = index++
      this.#visit(member)
    }
  }

  #visitError(error: Error): void {
    this.#steps[this.#steps.length - 1] = 'name'
    if (typeof error.name !== 'string') throw this.#found('no string', 'Give the error a name.')
    this.#visit(error.name)
    // That of a DOMException is no member of its own.
    this.#steps[this.#steps.length - 1] = 'message'
    this.#visit(error.message)
    this.#visitNamed(error, errorMembers(error))
  }

  #visitRegExp({ source }: RegExp): void {
    if (isWellFormed(source)) return
    this.#leave()
    throw this.#found(`a RegExp ${HALF}`, 'Write it as an escape, such as `\\ud800`.')
  }

  #assertAttached(buffer: ArrayBufferLike): void {
    if (!isDetached(buffer)) return
    this.#leave()
    throw this.#found('bytes that were transferred elsewhere', 'Store a copy that was made before, by `slice()`.')
  }

  #refuseSymbols(value: object): void {
    for (const symbol of Object.getOwnPropertySymbols(value)) {
      if (!Object.prototype.propertyIsEnumerable.call(value, symbol)) continue
      this.#leave()
      throw this.#found('an object with a symbol as the name of a member', 'Use strings as names.')
    }
  }

  #withOwnMembers(kind: string): Found {
    this.#leave()
    return this.#found(`a ${kind} with members of its own`, 'Store them beside it, as in `{ list, total }`.')
  }

  /** What is wrong with a container itself is no fault of its last member. */
  #leave(): void {
    this.#above.pop()
    this.#steps.pop()
  }

  #found(what = '', wayOut = '', cause?: unknown): Found {
    let path = 'value'
    for (let depth = 0; depth < this.#steps.length; depth++) {
      path += stepOf(this.#above[depth] as object, this.#steps[depth] as string | number)
    }
    return new Found({ path, what, wayOut, cause })
  }
}

function stepOf(container: object, step: string | number): string {
  if (typeof step === 'number') return Array.isArray(container) ? `[${step}]` : ` (member ${step})`
  // Keys of a Map are values of users, so their place stands for them.
  if (kindOf(container) === 'map') return ` ${step}`
  const name = step.length > MAX_NAME ? `${step.slice(0, MAX_NAME)}…` : step
  return /^[\p{L}_$][\p{L}\p{N}_$…]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}

/** Whether a string has no half of a surrogate pair, which UTF-8 cannot express. */
export function isWellFormed(text: string): boolean {
  // Not every browser has the method.
  const { isWellFormed: test } = text as { readonly isWellFormed?: () => boolean }
  return test === undefined ? !/\p{Surrogate}/u.test(text) : test.call(text)
}
