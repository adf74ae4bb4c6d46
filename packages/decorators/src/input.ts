/** Options, checked where the decorator stands. */
import { ConfigError } from '@hotpath/contract'

/** @throws ConfigError for options that are none: mostly a decorator without its parentheses. */
export function assertOptions(options: unknown, decorator: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${decorator}\` takes an object of options, received ${received(options)}. Write \`${decorator}()\`, with parentheses, or \`${decorator}({ … })\`.`,
  )
}

/** @throws ConfigError for what cannot be called. */
export function assertCallable(fn: unknown, twin: string): void {
  if (typeof fn === 'function') return
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${twin}\` needs a function, received ${received(fn)}. Use for example \`${twin}(loadUser, { … })\`.`,
  )
}

/** @throws ConfigError for an option that must be a function. */
export function assertFunction(value: unknown, option: string, example: string): void {
  if (value === undefined || typeof value === 'function') return
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`${option}\` must be a function, received ${received(value)}. Use for example \`${example}\`.`,
  )
}

/** @throws ConfigError for a name that is no text. */
export function assertName(value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`name\` must be a text that is not empty, received ${value === '' ? "''" : received(value)}. Use the name of the class, as in \`name: 'UserService'\`.`,
  )
}

/** What was seen, without what is in it. */
export function received(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : typeof value
}
