/** Names that keys are made from as the code has them: a minifier or compiler may have changed them. */
import { ConfigError, type ErrorCode } from './errors.ts'

/** What a class or function is called once a minifier or a compiler has had its way. */
const MEANINGLESS = /^(?:.|[a-z_$].|_?(?:class|default)_?\d*|\w+_default|anonymous)$/

/** Whose name it is, for errors. */
export interface Named {
  /** Code of the error. */
  readonly code: ErrorCode
  /** Who makes keys from it. */
  readonly subject: string
  /** What has the name. */
  readonly kind: 'class' | 'function'
  /** What it could be called. */
  readonly example: string
  /** Context of the error. */
  readonly context?: Readonly<Record<string, unknown>>
}

/**
 * The name, when keys may begin with it: two functions that a minifier called alike would answer each other's calls.
 *
 * @throws ConfigError when there is none, or one that a minifier gave it.
 */
export function meaningfulName(name: unknown, { code, subject, kind, example, context }: Named): string {
  const seen = typeof name === 'string' ? name : ''
  const own = seen.replace(/^(?:bound )+/, '')
  if (own !== '' && !MEANINGLESS.test(own)) return seen
  throw new ConfigError(
    code,
    `${subject} makes its keys from the name of the ${kind}, which ${own === '' ? 'has no name' : `is called \`${own}\`, as by a minifier`}. Pass \`name: '${example}'\`, or a \`key\`.`,
    context && { context },
  )
}
