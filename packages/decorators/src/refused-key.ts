/**
 * Whose key it was that cannot be one. The cache says which part, and knows neither the member nor its arguments; its
 * rejection is not looked at, as that would be a second promise for each hit.
 */
import { type CacheKey, KeyError, encodeWholeKey } from '@hotpath/contract'
import { onObject } from './subject.ts'

/** Who makes keys. */
export interface KeyMaker {
  /** The decorator and the member, for messages. */
  readonly subject: string
  /** Where the arguments begin in a key; `undefined` for keys that the user makes. */
  readonly argumentsAt: number | undefined
}

/**
 * Looks for parts that are most probably none. Plain data is checked where it is encoded.
 *
 * @throws KeyError naming the member, the object and the argument.
 */
export function assertParts(key: CacheKey, maker: KeyMaker, self: unknown): void {
  if (typeof key === 'string' || !Array.isArray(key)) return
  for (let index = 0; index < key.length; index++) {
    const part: unknown = key[index]
    if (typeof part === 'string' || typeof part === 'number' || isUsual(part)) continue
    try {
      encodeWholeKey([part] as never)
    } catch (error) {
      throw error instanceof KeyError ? named(error, { maker, self, index }) : error
    }
  }
}

function isUsual(part: unknown): boolean {
  if (typeof part !== 'object') return typeof part !== 'function' && typeof part !== 'symbol'
  if (part === null || Array.isArray(part)) return true
  const prototype: unknown = Object.getPrototypeOf(part)
  return prototype === Object.prototype || prototype === null
}

function named(
  error: KeyError,
  { maker, self, index }: { readonly maker: KeyMaker; readonly self: unknown; readonly index: number },
): KeyError {
  const { subject, argumentsAt } = maker
  const isArgument = argumentsAt !== undefined && index >= argumentsAt
  const place = isArgument ? `argument ${index - argumentsAt + 1}` : `\`key[${index}]\``
  const wayOut = isArgument ? " Or make the key yourself, as in `key: (user) => ['user', user.id]`." : ''
  const what = error.message.replace(/^`key\[0\]`/, place)
  return new KeyError(error.code, `${subject} was called${onObject(self)}, and ${what}${wayOut}`, {
    context: { path: `key[${index}]` },
  })
}
