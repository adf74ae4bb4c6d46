/** Options, checked where the decorator stands. */
import { ConfigError, type OptionTable, checkOptions, kindOf, wrongOption } from '@hotpath/contract'

/** @throws ConfigError for options that are none (mostly a decorator without its parentheses), and for unknown ones. */
export function assertOptions(options: unknown, decorator: string, ...known: readonly OptionTable[]): void {
  const needsOptions = known.some((table) => Object.values(table).some((check) => typeof check === 'string'))
  assertParentheses(options, decorator, needsOptions ? `${decorator}({ … })` : undefined)
  checkOptions(options, decorator, ...known)
}

/**
 * A decorator without its parentheses gets the member in the place of options, or its class.
 *
 * @param example - For a decorator that cannot do without options.
 * @throws ConfigError saying how it is written.
 */
export function assertParentheses(first: unknown, decorator: string, example?: string): void {
  if (!decorator.startsWith('@') || !(typeof first === 'function' || isPrototype(first))) return
  const wayOut =
    example === undefined
      ? `\`${decorator}()\`, with parentheses, or \`${decorator}({ … })\``
      : `\`${example}\`, with parentheses`
  throw wrongOption(`options of ${decorator}`, 'an object', first, `Write ${wayOut}.`)
}

/** What legacy decorators get first. It has no members that can be listed, and would pass for options that say nothing. */
function isPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'constructor')
}

/** @throws ConfigError for what cannot be called. */
export function assertCallable(fn: unknown, twin: string): void {
  if (typeof fn === 'function') return
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${twin}\` needs a function, received ${kindOf(fn)}. Use for example \`${twin}(loadUser, { … })\`.`,
  )
}

/** @throws ConfigError for an option that must be a function. */
export function assertFunction(value: unknown, option: string, example: string): void {
  if (value === undefined || typeof value === 'function') return
  throw wrongOption(option, 'a function', value, `Use for example \`${example}\`.`)
}

/** @throws ConfigError for a name that is no text. */
export function assertName(value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return
  const wayOut = "Use the name of the class, as in `name: 'UserService'`."
  throw wrongOption('name', 'a string that is not empty', value, wayOut)
}
