/** Bodies of requests: made once, so that each attempt sends the same bytes. */
import { ConfigError, isPromise, kindOf } from '@hotpath/contract'

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
  if (ArrayBuffer.isView(value)) {
    return { body: new Uint8Array(value.buffer, value.byteOffset, value.byteLength), contentType: undefined }
  }
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
  // A message and a stack are no members that JSON has.
  if (tagOf(value) === 'Error' || (typeof value === 'number' && !Number.isFinite(value))) throw noJson('', value)
  const text = stringify(value)
  if (text === undefined) throw noJson('', value)
  // What JSON knows nothing of, such as a Map, becomes an empty object.
  if (text.includes('{}')) JSON.stringify(value, refuseLost)
  return text
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      '`body` must be JSON, text, bytes or a form, received an object that JSON cannot express. Turn a bigint into a string, and leave out what leads back.',
      { cause, context: { option: 'body' } },
    )
  }
}

/** @throws ConfigError for what is not empty, or may not be, and would be written as if it were. */
function refuseLost(name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length > 0) return value
  if (tagOf(value) === 'Object' && !(Symbol.iterator in value) && !isPromise(value)) return value
  throw noJson(name, value)
}

function noJson(name: string, value: unknown): ConfigError {
  const tag = tagOf(value)
  const kind =
    isPromise(value) || typeof value !== 'object' ? kindOf(value) : `${/^[AEIO]/.test(tag) ? 'an' : 'a'} ${tag}`
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`body\` must be JSON, text, bytes or a form, received ${kind}${name === '' ? '' : ` as \`${name}\` in it`}. ${wayOutOf(value)}`,
    { context: { option: 'body' } },
  )
}

function wayOutOf(value: unknown): string {
  if (isPromise(value)) return '`await` it first.'
  const ways: Readonly<Record<string, string>> = {
    Map: 'Send `Object.fromEntries(value)`.',
    Set: 'Send `[...value]`.',
    Error: 'Send what it says, such as `{ message: error.message }`.',
    Headers: 'Send `Object.fromEntries(value)`.',
    RegExp: 'Send `value.source`.',
  }
  return ways[tagOf(value)] ?? 'Pass an object of plain data, or leave it out.'
}

/** `Map` of `[object Map]`, whatever realm it comes from. */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}
