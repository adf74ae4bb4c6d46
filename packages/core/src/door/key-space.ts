/** The keys of one handle: all of a cache, or those that begin with the name of a namespace. */
import {
  type CacheKey,
  KeyError,
  type Scope,
  compileWholePattern,
  encodeKeyPrefix,
  encodeWholeKey,
  escapePattern,
  received,
} from '@hotpath/contract'

export class KeySpace {
  /** Encoded parts that every key begins with, each followed by `:`; empty for a whole cache. */
  readonly #within: string
  readonly #shorten: ((complete: string) => string) | undefined

  /** @param shorten - Shortens encoded keys that are too long; left out where they are kept whole. */
  constructor(shorten: ((complete: string) => string) | undefined, within = '') {
    this.#shorten = shorten
    this.#within = within
  }

  /** Encoded name; empty for a whole cache. */
  get name(): string {
    return this.#within.slice(0, -1)
  }

  encode(key: CacheKey): string {
    const encoded = encodeWholeKey(key)
    // Joined before it is shortened, so that `['n', …]` and `[…]` in the namespace `n` are one key, however long.
    const whole = this.#within === '' ? encoded : this.#within + encoded
    return this.#shorten === undefined ? whole : this.#shorten(whole)
  }

  /** Whether an encoded key belongs here. */
  owns(encoded: string): boolean {
    return encoded.startsWith(this.#within)
  }

  all(): Scope {
    return this.#within === '' ? { type: 'all' } : { type: 'prefix', prefix: this.name }
  }

  prefix(prefix: CacheKey): Scope {
    return { type: 'prefix', prefix: encodeKeyPrefix(this.#within + encodeKeyPrefix(prefix)) }
  }

  pattern(pattern: string): Scope {
    // Checked by itself first, so that the error speaks of what the caller wrote.
    compileWholePattern(pattern)
    const whole = escapePattern(this.#within) + pattern
    compileWholePattern(whole)
    return { type: 'pattern', pattern: whole }
  }

  namespace(name: string): KeySpace {
    if (typeof name !== 'string' || name === '') {
      throw new KeyError(
        name === '' ? 'ERR_KEY_EMPTY' : 'ERR_KEY_PART',
        `\`namespace\` needs a name, received ${received(name)}. Use for example \`cache.namespace('users')\`.`,
      )
    }
    return new KeySpace(this.#shorten, `${encodeKeyPrefix(`${this.#within}${encodeKeyPrefix([name])}`)}:`)
  }
}
