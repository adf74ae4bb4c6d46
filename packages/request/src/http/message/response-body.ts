/** Bodies of responses: what they become for the caller, and in the cache. */

/** How a body is read. `'auto'`: JSON and text by their content type, everything else as bytes. */
export type BodyKind = 'auto' | 'json' | 'text' | 'bytes'

const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+\+)?json\b/i
const TEXT_TYPE = /^text\/|^application\/(?:[\w.-]+\+)?(?:xml|javascript|x-www-form-urlencoded)\b/i

/** The part of Node's Buffer that decodes; several times faster than a TextDecoder for small bodies. */
interface BufferLike {
  isBuffer(bytes: unknown): boolean
}

const BYTE_ORDER_MARK = 0xfeff

let decoder: InstanceType<typeof TextDecoder> | undefined

function textOf(bytes: Uint8Array): string {
  const { Buffer } = globalThis as { Buffer?: BufferLike }
  if (Buffer?.isBuffer(bytes) === true) {
    const text = String(bytes)
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text
  }
  return (decoder ??= new TextDecoder()).decode(bytes)
}

/**
 * Decodes a body. No body at all is `undefined`, as is that of a 204.
 *
 * @throws SyntaxError for what should be JSON and is not.
 */
export function decodeResponse(bytes: Uint8Array, kind: BodyKind, contentType: string | undefined): unknown {
  if (kind === 'bytes') return bytes
  const isJson =
    kind === 'json' || (kind === 'auto' && (contentType === 'application/json' || JSON_TYPE.test(contentType ?? '')))
  if (isJson) return bytes.byteLength === 0 ? undefined : JSON.parse(textOf(bytes))
  if (kind === 'text' || TEXT_TYPE.test(contentType ?? '')) return textOf(bytes)
  return bytes.byteLength === 0 ? undefined : bytes
}
