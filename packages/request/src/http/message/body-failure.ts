import type { HeaderFields } from '../rules/header-fields.ts'

/** What comes before the body of a response. */
interface ResponseHead {
  readonly status: number
  readonly headers: HeaderFields
}

/** What a transport fails with once the header of an answer is there and its body does not follow whole. */
export class BodyFailure extends Error {
  override readonly name = 'BodyFailure'
  readonly status: number
  readonly headers: HeaderFields
  /** It is longer than `maxBodyBytes`, so another attempt is no use. */
  readonly isTooLarge: boolean

  constructor({ status, headers }: ResponseHead, reason: unknown) {
    const isTooLarge = typeof reason === 'number'
    const message = isTooLarge ? `it is longer than the ${reason} bytes that \`maxBodyBytes\` allows` : 'it was cut off'
    super(message, isTooLarge ? undefined : { cause: reason })
    this.status = status
    this.headers = headers
    this.isTooLarge = isTooLarge
  }
}
