/** Forgetting what members keep, by the same names as functions do: `invalidate` one call, `clear` all. */
import { ConfigError } from '@hotpath/contract'
import type { Token } from '@hotpath/core'
import { cachedBy, removeCall } from './cached-by.ts'
import { memberOf } from './member.ts'
import type { ArgsOf } from './member-types.ts'
import { forgettingOf } from './memoize.ts'

/**
 * Removes what a member has kept for these arguments: of a `@Cacheable` one everywhere, of a `@Memoize` one for this object,
 * at once.
 *
 * @returns The token of the write, for a read `after` it; `undefined` for a `@Memoize` member.
 * @throws ConfigError `ERR_DECORATOR_TARGET` when the member keeps nothing.
 *
 * @example
 * ```ts
 * import { Memoize, clear, invalidate } from '@hotpath/decorators'
 *
 * class Page {
 *   calls = 0
 *   @Memoize()
 *   words(line: number) {
 *     return `${line}: ${++this.calls}`
 *   }
 * }
 * const page = new Page()
 * console.log(page.words(1), page.words(1), page.words(2)) // 1: 1 1: 1 2: 2
 * await invalidate(page, 'words', 1)
 * console.log(page.words(1), page.words(2)) // 1: 3 2: 2
 * clear(page, 'words')
 * console.log(page.words(2)) // 2: 4
 * ```
 */
export function invalidate<Self extends object, Name extends keyof Self>(
  self: Self,
  name: Name,
  ...args: ArgsOf<Self[Name]>
): Promise<Token | undefined> {
  try {
    const memoized = forgettingOf(memberOf(self, name))
    if (memoized === undefined) return removeCall(cachedBy(self, name), self, args)
    memoized.invalidate(self, args)
    return Promise.resolve(undefined)
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Removes all that a `@Memoize` member has kept for an object. What a `@Cacheable` member has cached is invalidated by a
 * tag, or by `cache.invalidatePrefix`.
 *
 * @throws ConfigError `ERR_DECORATOR_TARGET` when the member is not memoized.
 */
export function clear<Self extends object, Name extends keyof Self>(self: Self, name: Name): void {
  const memoized = forgettingOf(memberOf(self, name))
  if (memoized !== undefined) return memoized.clear(self)
  throw new ConfigError(
    'ERR_DECORATOR_TARGET',
    `\`${String(name)}\` remembers nothing. Decorate it with \`@Memoize\`, outside of all decorators that replace it; what \`@Cacheable\` has cached is removed by a tag.`,
  )
}
