import type { HeaderFields } from '../rules/header-fields.ts'
import { fieldOf, toHeaders } from '../rules/header-fields.ts'

/** Where an answer came from: `'stale'` is one from the cache that stands in for a server which failed. */
export type AnswerSource = 'network' | 'revalidated' | 'cache' | 'stale'

/** One answer, decoded, inside of the client. */
export interface Answer {
  readonly status: number
  readonly headers: HeaderFields
  readonly body: unknown
  /** Address that answered. */
  readonly url: string
  /** The transport followed redirects on its own. */
  readonly redirected: boolean
  /** From sending the request to having the answer. */
  readonly delayMs: number
  readonly from: AnswerSource
}

/** What a client's `fetch` answers. */
export interface HttpResponse<Body = unknown> {
  /** Status code. */
  readonly status: number
  /** Whether the status is one of success: 200 to 299. */
  readonly ok: boolean
  /** Address that answered, after redirects. */
  readonly url: string
  /** The header. */
  readonly headers: Headers
  /** One field of the header, by its name in any case; cheaper than `headers`. */
  header(name: string): string | undefined
  /** The decoded body. Callers of one answer share it, so take it as read-only. */
  readonly body: Body
  /** Where the answer came from. */
  readonly from: AnswerSource
}

/** Makes the public side of an answer; the platform's `Headers` are made when somebody asks for them. */
export class ClientResponse<Body> implements HttpResponse<Body> {
  readonly status: number
  readonly url: string
  readonly body: Body
  readonly from: AnswerSource
  readonly #fields: HeaderFields
  #headers: Headers | undefined

  constructor({ status, url, from, headers }: Omit<Answer, 'body'>, body: Body) {
    this.status = status
    this.url = url
    this.body = body
    this.from = from
    this.#fields = headers
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get headers(): Headers {
    return (this.#headers ??= toHeaders(this.#fields))
  }

  header(name: string): string | undefined {
    return fieldOf(this.#fields, name.toLowerCase())
  }
}
