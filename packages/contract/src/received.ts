import { isPromise } from './is-promise.ts'

const MAX_SHOWN = 32

/**
 * What an error message says was received where something else was wanted: short, on one line, never the contents of an
 * object. For options, not for values that are to be stored.
 *
 * @example
 * ```ts
 * import { received } from '@hotpath/contract'
 *
 * console.log(received('500'), received(500), received([500])) // '500' 500 an array
 * ```
 */
export function received(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
    case 'boolean':
      return String(value)
    case 'bigint':
      return `${shown(String(value))}n`
    default:
      return kindOf(value)
  }
}

/**
 * What kind of value it is, and nothing of the value itself: for what belongs to users.
 *
 * @example
 * ```ts
 * import { kindOf } from '@hotpath/contract'
 *
 * console.log(kindOf('secret'), kindOf([1]), kindOf(undefined)) // a string an array undefined
 * ```
 */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (isPromise(value)) return 'a Promise'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** An address may come in the place of an option, or in a message. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^\s/?#]*@/g, '//')
}

function quoted(text: string): string {
  // Messages end up in logs: line breaks and the like must not forge a line there.
  return `'${shown(withoutCredentials(text)).replace(/\p{C}/gu, '\uFFFD')}'`
}

function shown(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`
}
