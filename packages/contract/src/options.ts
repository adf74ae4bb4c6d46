/** The checks of options: once, where they are given; never on the way to a value that is at hand. */
import { ConfigError, type ErrorCode } from './errors.ts'
import { displayKey } from './key-display.ts'
import { adviceOnName, adviceOnOptions, mustBe } from './messages.ts'

/**
 * Checks the value of one option, which is not `undefined`.
 *
 * @throws ConfigError naming the option, the value seen and the way out.
 */
export type OptionCheck = (value: unknown, option: string) => unknown

/**
 * The options that a function knows, and how each is checked; `true`: where it is used. A string is the same for an option
 * that is needed, and an example of it for messages: `{ path: "'cache.db'" }`.
 */
export type OptionTable<Name extends string = string> = Readonly<Record<Name, OptionCheck | true | string>>

/**
 * Refuses options that a function does not know, and checks the others. What is `undefined` counts as left out.
 *
 * @param door - What the user calls the function.
 * @param tables - The options that it knows.
 * @throws ConfigError `ERR_CONFIG_OPTION` naming the option, and the nearest one that is known; for what is no object of
 * options, naming those that are needed.
 *
 * @example
 * ```ts
 * import { booleanOption, checkOptions } from '@hotpath/contract'
 *
 * try {
 *   checkOptions({ verbos: true }, 'report', { verbose: booleanOption })
 * } catch (error) {
 *   console.log((error as Error).message) // `report` has no option `verbos`. Did you mean `verbose`?
 * }
 * ```
 */
export function checkOptions(options: unknown, door: string, ...tables: readonly OptionTable[]): void {
  if (!isOptions(options)) throw noOptions(options, door, tables)
  for (const name of Object.keys(options)) {
    const value = options[name]
    if (value === undefined) continue
    const check = checkOf(name, tables)
    if (check === undefined) throw unknownOption(name, options, door, tables)
    if (typeof check === 'function') check(value, name)
  }
}

/**
 * An error for an option that is wrong.
 *
 * @example
 * ```ts
 * import { wrongOption } from '@hotpath/contract'
 *
 * console.log(wrongOption('size', 'a whole number', '12', 'Use for example 12.').message)
 * // `size` must be a whole number, received '12'. Use for example 12.
 * ```
 */
export function wrongOption(
  option: string,
  rule: string,
  value: unknown,
  wayOut: string,
  code: ErrorCode = 'ERR_CONFIG_OPTION',
): ConfigError {
  return new ConfigError(code, mustBe(option, rule, value, wayOut), { context: { option } })
}

/** What a message says of a wrong option in place of the value. */
export interface SeenOption {
  /** What it is, where it must not be shown or says too little by itself. */
  readonly seen: string
  /** What to do instead. */
  readonly wayOut: string
}

/**
 * The same for a value that is not to be shown.
 *
 * @example
 * ```ts
 * import { wrongOptionSeen } from '@hotpath/contract'
 *
 * const words = { seen: 'a string', wayOut: 'Use 32 bytes.' }
 * console.log(wrongOptionSeen('key', 'a key', 'secret', words).message) // `key` must be a key, received a string. Use 32 bytes.
 * ```
 */
export function wrongOptionSeen(
  option: string,
  rule: string,
  value: unknown,
  { seen, wayOut }: SeenOption,
): ConfigError {
  return new ConfigError('ERR_CONFIG_OPTION', mustBe(option, rule, value, wayOut, seen), { context: { option } })
}

/** @throws ConfigError for what is not `true` or `false`. */
export function booleanOption(value: unknown, option: string): boolean {
  if (typeof value === 'boolean') return value
  throw wrongOption(option, '`true` or `false`', value, 'Leave it out for the default.')
}

/** @throws ConfigError for what cannot be called. */
export function functionOption(value: unknown, option: string): void {
  if (typeof value !== 'function') throw wrongOption(option, 'a function', value, 'Leave it out for the default.')
}

/** @throws ConfigError for what is not a string of one character or more. */
export function stringOption(value: unknown, option: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw wrongOption(option, 'a string that is not empty', value, 'Leave it out for the default.')
}

/**
 * For a function that is needed: there is no default to leave it out for.
 *
 * @param example - What to pass, in code.
 * @throws ConfigError for what cannot be called.
 */
export function requiredFunction(value: unknown, option: string, example: string): void {
  if (typeof value !== 'function') throw wrongOption(option, 'a function', value, `Use for example \`${example}\`.`)
}

/**
 * For a string that is needed.
 *
 * @param example - What to pass, in code.
 * @throws ConfigError for what is not a string of one character or more.
 */
export function requiredString(value: unknown, option: string, example: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw wrongOption(option, 'a string that is not empty', value, `Use for example \`${example}\`.`)
}

/** @throws ConfigError for what is not a whole number from 1. */
export function countOption(value: unknown, option: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value
  throw wrongOption(option, 'a whole number from 1', value, 'Use for example 10.')
}

/** @throws ConfigError for what is not a signal. */
export function signalOption(value: unknown, option: string): void {
  if (typeof (value as AbortSignal | null)?.addEventListener === 'function') return
  throw wrongOption(option, 'an AbortSignal', value, 'Pass `controller.signal`, or `AbortSignal.timeout(500)`.')
}

/** @throws ConfigError for what is not a clock. */
export function clockOption(value: unknown, option: string): void {
  const { monotonic, after } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof monotonic === 'function' && typeof after === 'function') return
  throw wrongOption(option, 'a Clock', value, 'Leave it out for the time of the machine.')
}

/** @throws ConfigError for what is not a codec. */
export function codecOption(value: unknown, option: string): void {
  const { encode, decode } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof encode === 'function' && typeof decode === 'function') return
  throw wrongOption(option, 'a Codec', value, 'Use for example `msgpack()` of `@hotpath/codec`.')
}

/** A signal, a date or the like has no members of its own, and would pass for options that say nothing. */
function isOptions(given: unknown): given is Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false
  const prototype: unknown = Object.getPrototypeOf(given)
  return prototype === null || Object.getPrototypeOf(prototype) === null || Object.keys(given).length > 0
}

function checkOf(name: string, tables: readonly OptionTable[]): OptionTable[string] | undefined {
  for (const table of tables) if (Object.hasOwn(table, name)) return table[name]
  return undefined
}

function noOptions(given: unknown, door: string, tables: readonly OptionTable[]): ConfigError {
  return wrongOption(`options of ${door}`, 'an object', given, adviceOnOptions(given, tables))
}

function unknownOption(name: string, given: object, door: string, tables: readonly OptionTable[]): ConfigError {
  const shown = displayKey(name)
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${door}\` has no option \`${shown}\`.${adviceOnName(name, given, tables)}`,
    {
      context: { option: shown },
    },
  )
}
