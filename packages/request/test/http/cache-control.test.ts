import { describe, expect, it } from 'vitest'
import { parseCacheControl } from '../../src/http/rules/cache-control.ts'

describe('Cache-Control', () => {
  it('says nothing where there is none', () => {
    expect(parseCacheControl(undefined)).toEqual(parseCacheControl(''))
    expect(parseCacheControl(undefined)).toMatchObject({ noStore: false, private: false, maxAgeS: undefined })
    expect([...parseCacheControl(undefined).permits]).toEqual([])
  })

  it('is read in any case, with any white space', () => {
    const control = parseCacheControl('  Max-Age = 60 ,PUBLIC,\tStale-While-Revalidate=30, s-maxage=10,must-revalidate')
    expect(control).toMatchObject({
      maxAgeS: 60,
      staleWhileRevalidateS: 30,
      sharedMaxAgeS: 10,
      mustRevalidate: true,
      noStore: false,
    })
    expect([...control.permits]).toContain('public')
  })

  it('may quote its numbers', () => {
    expect(parseCacheControl('max-age="60"').maxAgeS).toBe(60)
  })

  it('counts the first of a directive that is repeated', () => {
    expect(parseCacheControl('max-age=5, max-age=500').maxAgeS).toBe(5)
  })

  it.each(['max-age', 'max-age=', 'max-age=-5', 'max-age=1.5', 'max-age=soon', 'max-age=0x10'])(
    'takes a time that cannot be read as zero: %s',
    (field) => {
      expect(parseCacheControl(field).maxAgeS).toBe(0)
    },
  )

  it('takes a number that is too large as forever', () => {
    expect(parseCacheControl(`max-age=${'9'.repeat(40)}`).maxAgeS).toBe(2 ** 31)
  })

  it('tells the qualified form of a directive from the plain one', () => {
    const control = parseCacheControl('private="Set-Cookie, X-User", no-cache, no-store')
    expect(control.private).toEqual(['set-cookie', 'x-user'])
    expect(control.noCache).toBe(true)
    expect(control.noStore).toBe(true)
  })

  it('is as strict as the strictest of several forms of a directive', () => {
    for (const field of ['private="x-user", private', 'private, private="x-user"', 'private=","']) {
      expect(parseCacheControl(field).private).toBe(true)
    }
    expect(parseCacheControl('no-cache=x-a, no-cache="X-B"').noCache).toEqual(['x-a', 'x-b'])
  })

  it('is not deceived by what stands in quotes', () => {
    const control = parseCacheControl('ext="a, no-store, \\"max-age=9", max-age=1')
    expect(control).toMatchObject({ noStore: false, maxAgeS: 1 })
  })

  it('ignores what it does not know', () => {
    expect(parseCacheControl(',,=, foo=bar, constructor=1, immutable')).toMatchObject({
      noStore: false,
      maxAgeS: undefined,
    })
  })

  it.each(['s-maxage=10s', 's-maxage', 's-maxage=', 's-maxage=NaN', 's-maxage=-1', 's-maxage="10', 's-maxage="10"s'])(
    'permits nothing by a directive that cannot be read, and takes its time as zero: %s',
    (field) => {
      const control = parseCacheControl(field)
      expect([control.sharedMaxAgeS, [...control.permits]]).toEqual([0, []])
    },
  )

  it.each([
    'public=no',
    'public="',
    'must-revalidate=false',
    'private=no',
    'public must-revalidate',
    'ext="a, public, s-maxage=9',
    's-maxage=x, s-maxage=9',
    '"public"',
  ])('permits nothing by what is not written as it is defined: %s', (field) => {
    const { permits } = parseCacheControl(field)
    expect([...permits]).toEqual([])
  })

  it('forbids what it forbids, however it is written', () => {
    expect(parseCacheControl('no-store=1, must-revalidate="x"')).toMatchObject({ noStore: true, mustRevalidate: true })
    expect(parseCacheControl('ext="a, no-store, private="x-user"')).toMatchObject({ noStore: true, private: true })
    for (const field of ['private="set-cookie', 'private="set-cookie"x']) {
      expect(parseCacheControl(field).private).toBe(true)
    }
  })
})
