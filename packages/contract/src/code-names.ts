/** Names that keys are made from as the code has them: a minifier or compiler may have changed them. */
import { ConfigError, type ErrorCode, type ErrorContext } from './errors.ts'

/** What a class or function is called once a minifier or a compiler has had its way. */
const MEANINGLESS = /^(?:.|[a-z_$].|_?(?:class|default)_?\d*|\w+_default|anonymous)$/

/** Whose name it is, for messages. */
export interface Named {
  /** Who makes keys from it. */
  readonly subject: string
  /** What has the name. */
  readonly kind: 'class' | 'function'
  /** What it could be called. */
  readonly example: string
}

/** What the error has beside its message. */
export interface NameErrorDetails {
  /** Default `'ERR_CONFIG_OPTION'`. */
  readonly code?: ErrorCode
  /** Default: nothing. */
  readonly context?: ErrorContext
}

/**
 * The name, when keys may begin with it: two functions that a minifier called alike would answer each other's calls.
 *
 * @throws ConfigError when there is none, or one that a minifier gave it.
 */
export function meaningfulName(
  name: unknown,
  named: Named,
  { code = 'ERR_CONFIG_OPTION', context = {} }: NameErrorDetails = {},
): string {
  const seen = typeof name === 'string' ? name : ''
  const own = seen.replace(/^(?:bound )+/, '')
  if (own !== '' && !MEANINGLESS.test(own)) return seen
  throw new ConfigError(
    code,
    `${named.subject} makes its keys from the name of the ${named.kind}, which ${own === '' ? 'has no name' : `is called \`${own}\`, as by a minifier`}. Pass \`name: '${named.example}'\`, or a \`key\`.`,
    { context },
  )
}
