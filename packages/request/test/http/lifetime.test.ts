import { describe, expect, it } from 'vitest'
import { type CachingPolicy, type Lifetime, lifetimeOf } from '../../src/http/rules/lifetime.ts'

const NOW = Date.UTC(2030, 0, 1)
const DATE = 'Tue, 01 Jan 2030 00:00:00 GMT'
const POLICY: CachingPolicy = {
  shared: true,
  ttlMs: 0,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  heuristic: 0,
  revalidateMs: 0,
}

function lifetime(headers: Record<string, string>, policy: Partial<CachingPolicy> = {}, delayMs = 0): Lifetime {
  return lifetimeOf({ status: 200, headers, delayMs }, { ...POLICY, ...policy }, NOW)
}

const control = (field: string, policy: Partial<CachingPolicy> = {}): Lifetime =>
  lifetime({ 'cache-control': field }, policy)

describe('freshness', () => {
  it('comes from s-maxage in a shared cache, then max-age, then Expires', () => {
    const headers = { 'cache-control': 's-maxage=1, max-age=2', expires: 'Tue, 01 Jan 2030 00:00:03 GMT', date: DATE }
    expect(lifetime(headers).freshMs).toBe(1_000)
    expect(lifetime(headers, { shared: false }).freshMs).toBe(2_000)
    expect(lifetime({ expires: headers.expires, date: DATE }).freshMs).toBe(3_000)
  })

  it('counts Expires from the date of the server, not from ours', () => {
    const headers = { expires: 'Tue, 01 Jan 2030 05:00:00 GMT', date: 'Tue, 01 Jan 2030 04:59:00 GMT' }
    expect(lifetime(headers).freshMs).toBe(60_000)
    expect(lifetime({ expires: headers.expires }).freshMs).toBe(5 * 3_600_000)
  })

  it('is over when Expires has passed or cannot be read, whatever the policy says', () => {
    for (const expires of ['0', '-1', 'Mon, 31 Dec 2029 00:00:00 GMT']) {
      expect(lifetime({ expires }, { ttlMs: 5_000 })).toMatchObject({ freshMs: 0, validateAlways: true })
    }
  })

  it('is shortened by the age that the response comes with and the time that it took', () => {
    expect(lifetime({ 'cache-control': 'max-age=60', age: '20' }, {}, 5_000).freshMs).toBe(35_000)
    expect(lifetime({ 'cache-control': 'max-age=60', age: 'old' }).freshMs).toBe(60_000)
  })

  it('is shortened by the first age where each cache on the way has added its own', () => {
    expect(lifetime({ 'cache-control': 'max-age=60', age: '20, 5' }).freshMs).toBe(40_000)
    expect(lifetime({ 'cache-control': 'max-age=60', age: 'old, 5' }).freshMs).toBe(60_000)
  })

  it('is what the policy says where the response says nothing', () => {
    expect(lifetime({}, { ttlMs: 5_000 })).toMatchObject({ freshMs: 5_000, validateAlways: false })
    expect(lifetime({})).toMatchObject({ freshMs: 0, validateAlways: true })
    expect(control('max-age=1', { ttlMs: 5_000 }).freshMs).toBe(1_000)
  })

  it('is a share of the time since the last change where asked, for a status that allows it', () => {
    const headers = { 'last-modified': 'Mon, 31 Dec 2029 23:00:00 GMT', date: DATE }
    expect(lifetime(headers, { heuristic: 0.1 }).freshMs).toBe(360_000)
    expect(lifetime(headers).freshMs).toBe(0)
    const redirect = { status: 302, headers, delayMs: 0 }
    expect(lifetimeOf(redirect, { ...POLICY, heuristic: 0.1 }, NOW).freshMs).toBe(0)
  })

  it('is none under no-cache, but is some under its qualified form', () => {
    expect(control('no-cache, max-age=60, stale-while-revalidate=60')).toMatchObject({
      freshMs: 0,
      staleMs: 0,
      validateAlways: true,
    })
    expect(control('no-cache="set-cookie", max-age=60')).toMatchObject({ freshMs: 60_000, validateAlways: false })
  })
})

describe('stale windows', () => {
  it('are those of the response, else those of the policy', () => {
    const policy = { staleWhileRevalidateMs: 7, staleIfErrorMs: 9 }
    expect(control('max-age=1', policy)).toMatchObject({ staleMs: 7, errorMs: 9, keptMs: 2 })
    expect(control('max-age=1, stale-while-revalidate=2, stale-if-error=5', policy)).toMatchObject({
      staleMs: 2_000,
      errorMs: 5_000,
      keptMs: 3_000,
    })
    expect(control('max-age=1, stale-while-revalidate=0, stale-if-error=0', policy)).toMatchObject({
      staleMs: 0,
      errorMs: 0,
    })
  })

  it('are shut by must-revalidate, and by proxy-revalidate in a shared cache', () => {
    const windows = 'max-age=1, stale-while-revalidate=2, stale-if-error=5'
    expect(control(`${windows}, must-revalidate`, { shared: false })).toMatchObject({ staleMs: 0, errorMs: 0 })
    expect(control(`${windows}, proxy-revalidate`)).toMatchObject({ staleMs: 0, errorMs: 0 })
    expect(control(`${windows}, proxy-revalidate`, { shared: false })).toMatchObject({ staleMs: 2_000, errorMs: 5_000 })
  })

  it('need to be named beside s-maxage', () => {
    const policy = { staleWhileRevalidateMs: 7, staleIfErrorMs: 9 }
    expect(control('s-maxage=1', policy)).toMatchObject({ staleMs: 0, errorMs: 0 })
    expect(control('s-maxage=1', { ...policy, shared: false })).toMatchObject({ staleMs: 7, errorMs: 9 })
    expect(control('s-maxage=1, stale-while-revalidate=2', policy)).toMatchObject({ staleMs: 2_000, errorMs: 0 })
  })

  it('are used up as far as the response came stale', () => {
    const headers = { 'cache-control': 'max-age=10, stale-while-revalidate=10, stale-if-error=20', age: '15' }
    expect(lifetime(headers)).toMatchObject({ freshMs: 0, staleMs: 5_000, errorMs: 15_000, validateAlways: false })
    expect(lifetime({ ...headers, age: '25' })).toMatchObject({ staleMs: 0, errorMs: 5_000, validateAlways: true })
  })
})

describe('a response that can be validated', () => {
  it('is kept beyond its windows', () => {
    const policy = { revalidateMs: 1_000 }
    expect(lifetime({ etag: '"1"' }, policy).keptMs).toBe(1_000)
    expect(lifetime({ 'last-modified': DATE }, policy).keptMs).toBe(1_000)
    expect(lifetime({}, policy).keptMs).toBe(0)
    expect(lifetime({ etag: '"1"', 'cache-control': 'max-age=1, stale-if-error=5' }, policy).keptMs).toBe(5_000)
  })
})
