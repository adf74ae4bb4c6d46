/** Our decisions beside those of http-cache-semantics, on random headers that both take to mean the same. */
import * as fc from 'fast-check'
import CacheSemantics from 'http-cache-semantics'
import { expect, it } from 'vitest'
import { lifetimeOf } from '../../src/http/rules/lifetime.ts'
import { objectionTo } from '../../src/http/rules/storable.ts'

const NOW = Date.UTC(2030, 0, 1)

const seconds = fc.integer({ min: 1, max: 1_000 })
const directive = fc.oneof(
  fc.constantFrom('no-store', 'no-cache', 'private', 'public', 'must-revalidate'),
  seconds.map((s) => `max-age=${s}`),
  seconds.map((s) => `s-maxage=${s}`),
)
const name = (text: string): string => text.split('=')[0] ?? ''
const response = fc.record(
  {
    'cache-control': fc.uniqueArray(directive, { selector: name, maxLength: 4 }).map((all) => all.join(', ')),
    expires: fc.integer({ min: -1_000, max: 1_000 }).map((s) => new Date(NOW + s * 1_000).toUTCString()),
    'last-modified': seconds.map((s) => new Date(NOW - s * 10_000).toUTCString()),
    age: seconds.map(String),
    etag: fc.constant('"1"'),
    vary: fc.constantFrom('accept', '*'),
  },
  { requiredKeys: [] },
)

it('says the same as http-cache-semantics where both mean the same', () => {
  fc.assert(
    fc.property(
      response,
      fc.constantFrom(200, 204, 301, 302, 404, 410, 418, 500),
      fc.boolean(),
      fc.boolean(),
      (headers, status, shared, authorized) => {
        const requestHeaders: Record<string, string> = authorized ? { authorization: 'Bearer 1' } : {}
        const all = { ...headers, date: new Date(NOW).toUTCString() }
        const theirs = new CacheSemantics(
          { method: 'GET', url: '/', headers: requestHeaders },
          { status, headers: all },
          { shared, cacheHeuristic: 0.1 },
        )
        Object.assign(theirs, { now: () => NOW, _responseTime: NOW })
        const objection = objectionTo(
          { method: 'GET', requestHeaders, status, headers: all, redirected: false },
          { shared },
        )
        // Stricter on purpose: a private cache minds credentials too, and what varies by everything is not kept.
        fc.pre(!(authorized && !shared))
        const stored = theirs.storable() && headers.vary !== '*'
        expect(objection === undefined).toBe(stored)
        if (!stored) return
        const policy = { ttlMs: 0, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, heuristic: 0.1, revalidateMs: 0 }
        const ours = lifetimeOf({ status, headers: all, delayMs: 0 }, { shared, ...policy }, NOW)
        const freshMs = Math.max(0, theirs.maxAge() - theirs.age()) * 1_000
        // It takes what says nothing of its life but 302 and `public` for heuristically fresh, which section 4.2.2 allows too.
        if (status === 302 && !('expires' in headers) && !/max-?age/.test(headers['cache-control'] ?? '')) return
        expect(ours.freshMs).toBeCloseTo(freshMs, 3)
      },
    ),
    { numRuns: 2_000, seed: 1 },
  )
})
