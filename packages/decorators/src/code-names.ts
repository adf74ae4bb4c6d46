/** Names that keys are made from as the code has them: a minifier or compiler may have changed them. */
import { ConfigError } from '@hotpath/contract'

/** What a class or function is called once a minifier or a compiler has had its way. */
const MEANINGLESS = /^(?:.|[a-z_$].|_?(?:class|default)_?\d*|\w+_default|anonymous)$/

/** Whose name it is, for messages. */
export interface Named {
  /** Who makes keys from it. */
  readonly subject: string
  readonly kind: 'class' | 'function'
  /** What it could be called. */
  readonly example: string
  readonly context?: Readonly<Record<string, unknown>>
}

/** @throws ConfigError when there is no name, or one that a minifier gave it. */
export function meaningfulName(name: unknown, { subject, kind, example, context }: Named): string {
  const seen = typeof name === 'string' ? name : ''
  const own = seen.replace(/^(?:bound )+/, '')
  if (own !== '' && !MEANINGLESS.test(own)) return seen
  const problem = own === '' ? 'has no name' : `is called \`${own}\`, as by a minifier`
  throw new ConfigError(
    'ERR_DECORATOR_NAME',
    `${subject} makes its keys from the name of the ${kind}, which ${problem}. Pass \`name: '${example}'\`, or a \`key\`.`,
    context && { context },
  )
}
