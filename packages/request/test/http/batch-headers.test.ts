import { expect, it } from 'vitest'
import { byAsker, headersOfAll, headersOfOne } from '../../src/http/batch/headers.ts'
import type { TransportRequest } from '../../src/http/transport/transport.ts'

function request(headers: Record<string, string>): TransportRequest {
  const url = new URL('http://127.0.0.1/a')
  return { method: 'GET', url, headers, body: undefined, signal: undefined, maxBodyBytes: 1 }
}

it('Requests with the same fields of their asker share a batch, in whatever order they stand', () => {
  const one = request({ 'x-a': '1', 'x-b': '2', accept: 'a/a', 'if-none-match': '"1"', range: 'bytes=0-1' })
  const other = request({ 'x-b': '2', 'cache-control': 'no-cache', 'x-a': '1' })
  const foreign = request({ 'x-a': '1' })
  expect([...byAsker([one, foreign, other])]).toEqual([[one, other], [foreign]])
})

it('A batch is sent with what all of its requests have in common, save what is said of bodies', () => {
  const common = { 'x-a': '1', 'accept-language': 'de', 'if-none-match': '"1"', range: 'bytes=0-1' }
  const group = [
    request({ ...common, accept: 'a/a', pragma: 'no-cache' }),
    request({ ...common, 'content-type': 'b/b' }),
  ]
  expect(headersOfAll(group)).toEqual({
    'x-a': '1',
    'accept-language': 'de',
    accept: 'application/json',
    'content-type': 'application/json',
  })
  expect(headersOfOne({ ...common, accept: 'a/a' })).toEqual({
    accept: 'a/a',
    'accept-language': 'de',
    'if-none-match': '"1"',
    range: 'bytes=0-1',
  })
})
