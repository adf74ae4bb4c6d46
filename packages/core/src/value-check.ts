import { CodecError, displayKey } from '@hotpath/contract'
import type { findUnstorable } from '@hotpath/contract/unstorable'

/**
 * What `checkValues: true` asks for. The check is loaded when a cache that wants it is made, so that a page whose caches
 * do not want it never carries it; what is to be stored in the first moments waits for it.
 */
export class ValueCheck {
  /** Until the check is there; never rejects. */
  loading: Promise<void> | undefined
  #find: typeof findUnstorable = () => undefined

  constructor() {
    this.loading = import('@hotpath/contract/unstorable').then(
      (check) => this.#use(check.findUnstorable),
      (cause: unknown) =>
        this.#use(() => {
          throw cause
        }),
    )
  }

  /** @throws CodecError `ERR_CODEC_VALUE` for a value that a store of bytes would refuse, with the key and the path. */
  run(key: string, value: unknown): void {
    const found = this.#find(value)
    if (found === undefined) return
    const { path, what, wayOut, cause } = found
    const shown = displayKey(key)
    throw new CodecError(
      'ERR_CODEC_VALUE',
      `Key \`${shown}\`: \`${path}\` cannot be stored: it is ${what}. ${wayOut}`,
      { cause, context: { path, key: shown } },
    )
  }

  #use(find: typeof findUnstorable): void {
    this.#find = find
    this.loading = undefined
  }
}
