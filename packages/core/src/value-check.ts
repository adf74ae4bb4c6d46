/** Throws a CodecError `ERR_CODEC_VALUE` that names the key and the path. */
type Check = (key: string, value: unknown) => void

/**
 * What `checkValues: true` asks for. The check is loaded when a cache that wants it is made, so that a page whose caches
 * do not want it never carries it; what is to be stored in the first moments waits for it.
 */
export class ValueCheck {
  /** Until the check is there; never rejects. */
  loading: Promise<void> | undefined
  #check: Check = () => {}

  constructor() {
    this.loading = import('@hotpath/contract/values').then(
      ({ checkValueOf }) => this.#use(checkValueOf),
      (cause: unknown) =>
        this.#use(() => {
          throw cause
        }),
    )
  }

  /** @throws CodecError for a value that a store of bytes would refuse. */
  run(key: string, value: unknown): void {
    this.#check(key, value)
  }

  #use(check: Check): void {
    this.#check = check
    this.loading = undefined
  }
}
