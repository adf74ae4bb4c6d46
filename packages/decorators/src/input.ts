/** Options, checked where the decorator stands. */
import { ConfigError, type OptionTable, checkOptions, kindOf, wrongOption } from '@hotpath/contract'

/** @throws ConfigError for options that are none (mostly a decorator without its parentheses), and for unknown ones. */
export function assertOptions(options: unknown, decorator: string, ...known: readonly OptionTable[]): void {
  if (typeof options !== 'function') return checkOptions(options, decorator, ...known)
  const wayOut = `Write \`${decorator}()\`, with parentheses, or \`${decorator}({ … })\`.`
  throw wrongOption(`options of ${decorator}`, 'an object', options, wayOut)
}

/** The same where a policy checks its options itself. */
export function assertDecorated(options: unknown, decorator: string): void {
  if (typeof options !== 'object' || options === null) assertOptions(options, decorator)
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
