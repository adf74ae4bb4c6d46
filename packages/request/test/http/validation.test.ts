import { describe, expect, it } from 'vitest'
import { conditionFor, confirms, freshened } from '../../src/http/rules/validation.ts'

describe('a condition', () => {
  it('names all validators that there are', () => {
    expect(conditionFor({ etag: 'W/"1"', 'last-modified': 'then' })).toEqual({
      'if-none-match': 'W/"1"',
      'if-modified-since': 'then',
    })
    expect(conditionFor({ etag: '"1"' })).toEqual({ 'if-none-match': '"1"' })
    expect(conditionFor({ 'last-modified': 'then' })).toEqual({ 'if-modified-since': 'then' })
    expect(conditionFor({ date: 'then' })).toBeUndefined()
  })
})

describe('a 304', () => {
  it('confirms the version that it names, by weak comparison, or the one that was asked for', () => {
    expect(confirms({ etag: '"1"' }, { etag: 'W/"1"' })).toBe(true)
    expect(confirms({ etag: '"1"' }, {})).toBe(true)
    expect(confirms({ 'last-modified': 'then' }, {})).toBe(true)
    expect(confirms({ etag: '"1"' }, { etag: '"2"' })).toBe(false)
  })

  it('confirms no version that has no name where it names one: within one second there may have been several', () => {
    expect(confirms({ 'last-modified': 'then' }, { etag: '"1"', 'last-modified': 'then' })).toBe(false)
  })

  it('is as old as it says itself', () => {
    expect(freshened({ age: '50', etag: '"1"' }, { date: 'now' })).toEqual({ etag: '"1"', date: 'now' })
    expect(freshened({ age: '50' }, { age: '5' })).toEqual({ age: '5' })
  })

  it('has what is not to be stored for who asked', () => {
    const news = { 'set-cookie': 'a=1', 'cache-control': 'no-cache="set-cookie"' }
    expect(freshened({ etag: '"1"' }, news)).toEqual({ etag: '"1"', ...news })
  })

  it('renews the stored header, save what describes the body', () => {
    const stored = { etag: '"1"', 'content-type': 'text/plain', date: 'then', 'x-kept': '1' }
    const news = { date: 'now', 'cache-control': 'max-age=9', 'content-type': 'none', connection: 'close' }
    expect(freshened(stored, news)).toEqual({
      etag: '"1"',
      'content-type': 'text/plain',
      date: 'now',
      'x-kept': '1',
      'cache-control': 'max-age=9',
    })
  })
})
