/** What a batch and its answer look like, and whether an answer can be told apart into those of its requests. */
import { kindOf } from '@hotpath/contract'

/** One request within a batch. */
export interface BatchedRequest {
  /** Tells the requests of one batch apart. */
  readonly id: string
  /** Always `'GET'`. */
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** What this request wants (`accept…`, `if-…`), names in lower case. Who asks stands in the header of the batch. */
  readonly headers: Readonly<Record<string, string>>
}

/** One answer within a batch. */
export interface BatchedResponse {
  /** Whose answer it is. */
  readonly id: string
  /** Status code. */
  readonly status: number
  /** Fields of the header, as `etag` or `cache-control`. */
  readonly headers?: Readonly<Record<string, string | number>> | undefined
  /** The body, as it would be decoded. */
  readonly body?: unknown
}

/** The body of a batch, where its caller has no format of his own. */
export function encodeBatch(requests: readonly BatchedRequest[]): unknown {
  return { requests }
}

/** The answers in the body that answers a batch, likewise. */
export function decodeBatch(body: unknown): readonly BatchedResponse[] {
  return ((body ?? {}) as { readonly responses: readonly BatchedResponse[] }).responses
}

/** What is wrong with the answer to a batch as a whole. */
export class UnusableBatch extends Error {}

/**
 * Answers by their id, those that are none left out.
 *
 * @throws UnusableBatch when it is not known which answer is whose.
 */
export function answersById(answers: unknown): ReadonlyMap<string, BatchedResponse> {
  if (!Array.isArray(answers)) throw new UnusableBatch(`is no list of answers, but ${kindOf(answers)}`)
  const byId = new Map<string, BatchedResponse>()
  for (const one of answers as unknown[]) {
    if (!isAnswer(one)) continue
    if (byId.has(one.id)) throw new UnusableBatch(`answers \`${one.id.slice(0, MAX_ID_SHOWN)}\` twice`)
    byId.set(one.id, one)
  }
  return byId
}

const MAX_ID_SHOWN = 32
const [MIN_STATUS, MAX_STATUS] = [200, 599]

function isAnswer(one: unknown): one is BatchedResponse {
  const { id, status } = (one ?? {}) as Partial<BatchedResponse>
  if (typeof id !== 'string' || !Number.isInteger(status)) return false
  return (status as number) >= MIN_STATUS && (status as number) <= MAX_STATUS
}
