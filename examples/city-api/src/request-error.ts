/** A request that has no answer: becomes its status, and its message as JSON. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly status: number
  /** Headers of the response. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}
