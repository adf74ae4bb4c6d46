/** Says which of a client's keys and tags still hold that it had at a token. */
import { parseToken, type Token } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import type { CheckRequest, CheckResponse } from '../follow/check.ts'
import type { Hears } from './may-hear.ts'

const MAX_BYTES = 1_048_576
const MAX_NAMES = 10_000

/** What a client may not hear of does not hold for it. */
export async function respondToCheck(cache: Cache, request: Request, hears: Hears): Promise<Response> {
  const body = await textOf(request).catch(() => '')
  if (body === undefined) return new Response(null, { status: 413 })
  const asked = readRequest(body)
  if (asked === undefined) return new Response(null, { status: 400 })
  if (asked.keys.length + asked.tags.length > MAX_NAMES) return new Response(null, { status: 413 })
  const token = (await cache.ready()) ? cache.position() : undefined
  if (token === undefined) return new Response(null, { status: 503, headers: { 'retry-after': '5' } })
  const holds = (of: Parameters<Cache['isCurrent']>[1]): boolean => {
    try {
      return cache.isCurrent(asked.token, of)
    } catch {
      // A name that no cache has.
      return false
    }
  }
  const response: CheckResponse = {
    token,
    keys: asked.keys.filter((key) => hears({ type: 'key', key }) !== true || !holds({ key })),
    tags: asked.tags.filter((tag) => hears({ type: 'tag', tag }) !== true || !holds({ tags: [tag] })),
  }
  return Response.json(response, { headers: { 'cache-control': 'no-store' } })
}

function readRequest(body: string): CheckRequest | undefined {
  try {
    const { token, keys, tags } = Object(JSON.parse(body)) as Record<keyof CheckRequest, unknown>
    if (!isNames(keys) || !isNames(tags)) return undefined
    parseToken(token as Token)
    return { token: token as Token, keys, tags }
  } catch {
    return undefined
  }
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}

/** The body, `undefined` when it is too long. */
async function textOf(request: Request): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}
