import { KeyError, displayKey } from '@hotpath/contract'

/** What is stored under a key that is observed: a value, or the pages of a list. */
export type Kind = 'value' | 'list'

/** A key, and what it was first observed as. */
interface Claimed {
  readonly encoded: string
  kind: Kind | undefined
}

/**
 * Observes a key as what it is. It stays that as long as it is known: what a list stores would be shown as a value.
 *
 * @throws KeyError `ERR_KEY_KIND` for one that is observed as the other.
 */
export function claim(key: Claimed, kind: Kind): void {
  key.kind ??= kind
  if (key.kind === kind) return
  const shown = displayKey(key.encoded)
  throw new KeyError(
    'ERR_KEY_KIND',
    `Key \`${shown}\` is shown as a list, page by page, and as a value. What is stored under it is one of them: give the list a key of its own, such as \`['cities', 'list']\`.`,
    { context: { key: shown } },
  )
}
