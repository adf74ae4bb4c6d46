/**
 * Extension types of our own, for what msgpackr does not write, or not as it is. The content of each is the one value
 * that follows. They are classes of our own too, so that what others of the process write with msgpackr stays as it is.
 */
import { restoreError } from '@hotpath/contract/values'
import { addExtension } from 'msgpackr'
import { DICTIONARY_TYPE, ERROR_TYPE, NEGATIVE_ZERO_TYPE, URL_TYPE } from './wire-types.ts'

class Extension<Content> {
  readonly content: Content

  constructor(content: Content) {
    this.content = content
  }
}

/** An object whose members are written as a map. */
export class Dictionary extends Extension<ReadonlyMap<string, unknown>> {}
/** The name of an error's class, and its members. */
export class StoredError extends Extension<readonly [string, object]> {}
export class StoredUrl extends Extension<string> {}
/** Which msgpackr takes for the integer 0. */
export class NegativeZero extends Extension<0> {
  constructor() {
    super(0)
  }
}

let isRegistered = false

/** Known to every reader and writer of the process, as msgpackr has it. */
export function registerExtensions(): void {
  if (isRegistered) return
  isRegistered = true
  register(Dictionary, DICTIONARY_TYPE, (map) => Object.fromEntries(named(map as ReadonlyMap<unknown, unknown>)))
  register(StoredError, ERROR_TYPE, restoreError)
  register(StoredUrl, URL_TYPE, (href) => new URL(asString(href)))
  register(NegativeZero, NEGATIVE_ZERO_TYPE, () => -0)
}

function register(
  Class: new (content: never) => Extension<unknown>,
  type: number,
  read: (content: unknown) => unknown,
): void {
  addExtension({ Class, type, write: ({ content }: Extension<unknown>) => content, read })
}

function* named(map: ReadonlyMap<unknown, unknown>): Iterable<[string, unknown]> {
  for (const [name, member] of map) yield [asString(name), member]
}

function asString(value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError('it is no string')
}
