/** Forgetting what members keep, by the same names as functions do: `invalidate` one call, `clear` all. */
import { ConfigError } from '@hotpath/contract'
import type { Token } from '@hotpath/core'
import { cachedBy, removeCall } from './cached-by.ts'
import { forgettingOf } from './forgetful.ts'
import { memberOf } from './member.ts'
import type { ArgsOf } from './member-types.ts'

/**
 * Removes what a member has kept for these arguments: of a `@Cacheable` one everywhere, of a `@Memoize` one for this object,
 * at once. Of a `@Batch` one with `maxEntries` or a `cache` it removes the values of the keys in the list.
 *
 * @returns The token of the write, for a read `after` it; `undefined` where no cache keeps the value.
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
    const forgetting = forgettingOf(memberOf(self, name))
    if (forgetting === undefined) return removeCall(cachedBy(self, name), self, args)
    return forgetting.invalidate(self, args) ?? Promise.resolve(undefined)
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Removes all that a `@Memoize` member, or a `@Batch` one with `maxEntries`, has kept for an object. What is in a cache is
 * invalidated by a tag, or by `cache.invalidatePrefix`.
 *
 * @throws ConfigError `ERR_DECORATOR_TARGET` when the member keeps nothing of its own.
 */
export function clear<Self extends object, Name extends keyof Self>(self: Self, name: Name): void {
  const forget = forgettingOf(memberOf(self, name))?.clear
  if (forget !== undefined) return forget(self)
  throw new ConfigError(
    'ERR_DECORATOR_TARGET',
    `\`${String(name)}\` keeps nothing of its own. Decorate it with \`@Memoize\`, or with \`@Batch\` and \`maxEntries\`, outside of all decorators that replace it; what is in a cache is removed by a tag.`,
  )
}
