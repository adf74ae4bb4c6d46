/** Fields that a server made to be slow to read: what takes time in the square of their length takes seconds here. */
import { describe, expect, it } from 'vitest'
import { parseCacheControl } from '../../src/http/rules/cache-control.ts'
import { decodeBody } from '../../src/http/transport/content-encoding.ts'
import { listOf } from '../../src/http/rules/header-fields.ts'
import { parseHttpDate } from '../../src/http/rules/http-date.ts'
import { lifetimeOf } from '../../src/http/rules/lifetime.ts'
import { linkOf } from '../../src/http/rules/link.ts'
import { decodeResponse } from '../../src/http/message/response-body.ts'
import { objectionTo, storedHeaders } from '../../src/http/rules/storable.ts'
import { confirms } from '../../src/http/rules/validation.ts'
import { variantOf, varyOf } from '../../src/http/rules/vary.ts'
import { parseRetryAfter, retryAfterMs } from '../../src/retry/retry-after.ts'

const LENGTH = 60_000
const PIECES = [
  ...['<', '"', '\\', ',', ';', '=', ' ', '1', 'a', '\t', ':', '/', '+', '('],
  ...['a=', 'a="', '\\"', 'a \t ="', '<>;', '<a>;', '<a>; rel', '<a>;x="', '; ', ';a ', 'Mon, ', 'W/"', ', ', ' ,'],
  ...['private="a",', 'no-cache=a,', 'a b,', '<a>;rel=a,', 'rel=', '="', "x='", 'application/'],
]
const FIELDS = PIECES.flatMap((piece) => {
  const many = piece.repeat(Math.ceil(LENGTH / piece.length))
  return [many, `a${many}`, `<a>;${many}`, `<a>;rel="${many}`, `${many}"`, `x="${many}`]
})

const POLICY = {
  ...{ shared: true, heuristic: 0.1 },
  ...{ ttlMs: 0, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, revalidateMs: 0 },
}

const READERS: Readonly<Record<string, (field: string) => unknown>> = {
  'cache-control': parseCacheControl,
  link: (field) => linkOf(field, 'next'),
  vary: (field) => varyOf({ vary: field }),
  'a field that selects': (field) => variantOf(['a'], { a: field }),
  'a date': (field) => parseHttpDate(field, 0),
  'retry-after': (field) => parseRetryAfter(field, 0),
  'retry-after of an error': (field) => retryAfterMs({ headers: { 'retry-after': field, date: field } }, 0),
  'a list': listOf,
  'all that a lifetime depends on': (field) =>
    lifetimeOf(
      { status: 200, delayMs: 0, headers: { age: field, expires: field, date: field, 'last-modified': field } },
      POLICY,
      0,
    ),
  connection: (field) => storedHeaders({ connection: field, 'cache-control': field }),
  'all that storing depends on': (field) =>
    objectionTo(
      {
        method: 'GET',
        status: 200,
        redirected: false,
        requestHeaders: { authorization: 'a', 'cache-control': field },
        headers: { 'cache-control': field, expires: field, vary: field, 'set-cookie': 'a' },
      },
      POLICY,
    ),
  etag: (field) => confirms({ etag: field }, { etag: `W/${field}` }),
  'content-type': (field) => decodeResponse(new Uint8Array(0), 'auto', field),
}

/** Of the processor, so that a busy machine changes nothing. */
function millisecondsOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

describe('a field that is made to be slow is read in time', () => {
  it.each(Object.keys(READERS))('%s', { timeout: 60_000 }, (name) => {
    const slow = FIELDS.filter((field) => millisecondsOf(() => READERS[name]?.(field)) > 500)
    expect(slow.map((field) => field.slice(0, 32))).toEqual([])
  })
})

describe('what a server may make long', () => {
  it('has a bound: content encodings', async () => {
    const encodings = Array.from({ length: 6 }, () => 'gzip').join()
    await expect(decodeBody(new Uint8Array(9), encodings, Infinity)).rejects.toThrow('more than 5 content encodings')
  })
})
