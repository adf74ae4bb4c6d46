import type { IncomingMessage } from 'node:http'
import { RequestError } from './request-error.ts'

const MAX_BYTES = 10_000

/** Reads the whole body of a request as text; 413 beyond 10 kB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Leaving the loop must not destroy the connection: the answer still has to go out.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer)
    bytes += (chunk as Buffer).length
    if (bytes > MAX_BYTES) throw new RequestError(413, `The body must be at most ${MAX_BYTES} bytes.`)
  }
  return Buffer.concat(chunks).toString('utf8')
}
