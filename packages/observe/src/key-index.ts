/**
 * The keys that are known, by encoded key and by tag: which of them a record of the log concerns is looked up, and each is
 * looked at only for a prefix or a pattern.
 */
import { type Scope, compilePattern, hasKeyPrefix } from '@hotpath/contract'

/** What a record can concern. */
export interface Concerned {
  /** Encoded. */
  readonly encoded: string
  readonly tags: readonly string[]
}

export class KeyIndex<Key extends Concerned> {
  readonly #keys = new Map<string, Key>()
  readonly #tagged = new Map<string, Set<Key>>()

  get size(): number {
    return this.#keys.size
  }

  get(encoded: string): Key | undefined {
    return this.#keys.get(encoded)
  }

  values(): Iterable<Key> {
    return this.#keys.values()
  }

  add(key: Key): void {
    this.#keys.set(key.encoded, key)
    for (const tag of key.tags) {
      const tagged = this.#tagged.get(tag) ?? new Set()
      this.#tagged.set(tag, tagged.add(key))
    }
  }

  delete(key: Key): void {
    this.#keys.delete(key.encoded)
    this.#untag(key, key.tags)
  }

  /** A key has other tags than before. */
  retag(key: Key, before: readonly string[]): void {
    // What was forgotten, or replaced by another object of the same key, stays so.
    if (this.#keys.get(key.encoded) !== key) return
    this.#untag(key, before)
    this.add(key)
  }

  /** The keys that records concern, each once. */
  concernedBy(scopes: readonly Scope[]): Set<Key> {
    const concerned = new Set<Key>()
    for (const scope of scopes) for (const key of this.#concernedBy(scope)) concerned.add(key)
    return concerned
  }

  #concernedBy(scope: Scope): Iterable<Key> {
    switch (scope.type) {
      case 'key': {
        const key = this.#keys.get(scope.key)
        return key === undefined ? [] : [key]
      }
      case 'tag':
        return this.#tagged.get(scope.tag) ?? []
      case 'prefix':
        return this.#matching((encoded) => hasKeyPrefix(encoded, scope.prefix))
      case 'pattern':
        return this.#matching(compilePattern(scope.pattern))
      case 'all':
        return this.#keys.values()
    }
  }

  #matching(matches: (encoded: string) => boolean): Iterable<Key> {
    return [...this.#keys.values()].filter(({ encoded }) => matches(encoded))
  }

  #untag(key: Key, tags: readonly string[]): void {
    for (const tag of tags) {
      const tagged = this.#tagged.get(tag)
      if (tagged?.delete(key) === true && tagged.size === 0) this.#tagged.delete(tag)
    }
  }
}
