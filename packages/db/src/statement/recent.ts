/** Results by the string that they are about, for strings that come again and again. */

const MAX_STRINGS = 2_000
/** Longer strings are not kept. */
const MAX_LENGTH = 16_384

/** Results of one function: those of the strings that came first make room. */
export class Recent<T> {
  readonly #results = new Map<string, T>()

  /** The result for a string, made if it is not known. */
  get(sql: string, make: () => T): T {
    let result = this.#results.get(sql)
    if (result !== undefined) return result
    result = make()
    if (sql.length > MAX_LENGTH) return result
    if (this.#results.size >= MAX_STRINGS)
      for (const first of this.#results.keys()) if (this.#results.delete(first)) break
    this.#results.set(sql, result)
    return result
  }
}
