/** Content encodings that Node decodes. */
export const ACCEPT_ENCODING = 'gzip, deflate, br'

type Decoder = 'gunzip' | 'inflate' | 'inflateRaw' | 'brotliDecompress'

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: 'gunzip',
  'x-gzip': 'gunzip',
  deflate: 'inflate',
  br: 'brotliDecompress',
}

/** As no server needs more: each costs a pass over the body, and the server chooses how many there are. */
const MAX_ENCODINGS = 5

/**
 * Undoes content encodings, the last first (RFC 9110, section 8.4); `undefined` where there is nothing to undo. Rejects
 * with `maxBytes` when there is more than that.
 */
export function decodeBody(
  body: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array> | undefined {
  if (encoding === undefined || body.byteLength === 0) return undefined
  const names = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  return names.length === 0 ? undefined : undo(body, names.toReversed(), maxBytes)
}

async function undo(body: Uint8Array, names: readonly string[], maxBytes: number): Promise<Uint8Array> {
  if (names.length > MAX_ENCODINGS) throw new TypeError(`The body has more than ${MAX_ENCODINGS} content encodings.`)
  let decoded = body
  for (const name of names) {
    const decoder = DECODERS[name]
    if (decoder === undefined) throw new TypeError(`The content encoding \`${name}\` was not asked for.`)
    // Some servers send `deflate` without the wrapper that it is defined with: the lower half of a wrapper's first byte is 8.
    const isRaw = decoder === 'inflate' && ((decoded[0] ?? 0) & 0x0f) !== 8
    decoded = await run(isRaw ? 'inflateRaw' : decoder, decoded, maxBytes)
  }
  return decoded
}

function run(decoder: Decoder, body: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  // Asked for by its name, so that bundlers for browsers, where this never runs, need not find it.
  const zlib = process.getBuiltinModule('node:zlib')
  return new Promise((resolve, reject) => {
    const options = { ...(Number.isFinite(maxBytes) && { maxOutputLength: maxBytes }) }
    const done = (error: Error | null, result: Uint8Array): void => {
      if (error === null) resolve(result)
      // A number stands for the limit that it went over.
      else reject((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? maxBytes : error)
    }
    if (decoder === 'brotliDecompress') zlib.brotliDecompress(body, options, done)
    else zlib[decoder](body, options, done)
  })
}
