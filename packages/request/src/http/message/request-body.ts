/** Bodies of requests: made once, so that each attempt sends the same bytes. */
import { wrongOption } from '@hotpath/contract'

/** A body that is ready to be sent. */
export interface EncodedBody {
  readonly body: string | Uint8Array | undefined
  /** `undefined`: the caller knows. */
  readonly contentType: string | undefined
}

const NO_BODY: EncodedBody = { body: undefined, contentType: undefined }

/**
 * Encodes a body: text, bytes, forms and blobs as what they are, everything else as JSON. Answers without a promise
 * where it can.
 *
 * @throws ConfigError for what is no JSON.
 */
export function encodeBody(value: unknown): EncodedBody | Promise<EncodedBody> {
  if (value === undefined) return NO_BODY
  if (typeof value === 'string') return { body: value, contentType: 'text/plain;charset=UTF-8' }
  if (value instanceof Uint8Array) return { body: value, contentType: undefined }
  if (value instanceof ArrayBuffer) return { body: new Uint8Array(value), contentType: undefined }
  if (value instanceof URLSearchParams) {
    return { body: value.toString(), contentType: 'application/x-www-form-urlencoded;charset=UTF-8' }
  }
  if (value instanceof FormData || value instanceof Blob || value instanceof ReadableStream) return collect(value)
  return { body: toJson(value), contentType: 'application/json' }
}

/** The platform knows how to write a form, and reads a stream to its end. */
async function collect(value: FormData | Blob | ReadableStream): Promise<EncodedBody> {
  const response = new Response(value as ConstructorParameters<typeof Response>[0])
  const contentType = response.headers.get('content-type') ?? undefined
  return { body: new Uint8Array(await response.arrayBuffer()), contentType }
}

function toJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text !== undefined) return text
  throw wrongOption('body', 'JSON, text, bytes or a form', value, 'Pass an object, or leave it out.')
}
