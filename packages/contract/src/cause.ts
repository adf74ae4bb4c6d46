/**
 * What is kept of an error that led to one of ours. Errors of drivers hold the command that failed with its keys and
 * values, the SQL, the connection with its password, and loggers print all of it. So only the name, the code, the
 * message and the place are kept, and of the message what cannot be data.
 */
import { received, withoutCredentials } from './received.ts'

const MAX_CHARACTERS = 200
/** A message may quote a whole value: what is never shown need not be searched. */
const MAX_READ = 2_000
/** Servers and parsers quote what they were given after words like these: all that follows is left out. */
const QUOTED =
  /(near|entry|value:?|beginning with:|syntax for type [\w ]+:|token .{1,4},|identifier) *(?:\.{3})?["'`].*$/s
/** Causes within causes that are looked into. */
const MAX_DEPTH = 4

/** What went wrong, in the error's own words, on one line: short, without credentials and data. */
function reasonOf(error: unknown, depth: number = MAX_DEPTH): string {
  const { message, name, code, cause, errors } = membersOf(error)
  const own = typeof message === 'string' ? message : typeof error === 'object' ? '' : received(error)
  const isVague = own === '' || own === 'fetch failed'
  // Each of several attempts to connect has failed by itself.
  const inner = isVague && depth > 0 ? (cause ?? (Array.isArray(errors) ? errors[0] : undefined)) : undefined
  const whole = [own, inner === undefined ? '' : reasonOf(inner, depth - 1)].filter((part) => part !== '').join(': ')
  return clean(whole !== '' ? whole : (wordOf(code) ?? wordOf(name) ?? 'unknown'))
}

/** As much of an error as may be kept. */
export function reducedCause(error: unknown): Error {
  const { name, code, cause, stack } = membersOf(error)
  const title = clean(wordOf(name) ?? 'Error')
  const reduced = new Error(reasonOf(error))
  hide(reduced, 'name', title)
  hide(reduced, 'stack', `${title}: ${reduced.message}${framesOf(stack)}`)
  const known = code ?? membersOf(cause).code
  return typeof known === 'string' || typeof known === 'number' ? Object.assign(reduced, { code: known }) : reduced
}

function clean(text: string): string {
  // Messages end up in logs: line breaks and the like must not forge a line there.
  const shown = withoutCredentials(text.slice(0, MAX_READ))
    .replace(QUOTED, '$1 …')
    .replace(/\s+/g, ' ')
    .replace(/\p{C}/gu, '\uFFFD')
    .trim()
  return shown.length <= MAX_CHARACTERS ? shown : `${shown.slice(0, MAX_CHARACTERS - 1)}…`
}

/** The places alone, without the message that comes before them. */
function framesOf(stack: unknown): string {
  return typeof stack === 'string' ? (/(?:\n {4}at [^\n]*)+$/.exec(stack)?.[0] ?? '') : ''
}

/** The number of a DOMException says less than its name. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** As a class has it: loggers do not print it as a member. */
function hide(error: Error, name: string, value: string): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true })
}

function membersOf(error: unknown): Readonly<Record<string, unknown>> {
  return typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>) : {}
}
