import { describe, expect, test } from 'vitest'
import { type Cache, type Token, createMemoryLog } from './core.ts'
import { make } from './make.ts'

function positionOf(cache: Cache): Token {
  const token = cache.position()
  if (token === undefined) throw new Error('no view of the log')
  return token
}

/** Caches under both kinds of log. */
const KINDS: readonly (readonly [string, () => Cache])[] = [
  ['in process', () => make().cache],
  ['shared', () => make({ log: () => createMemoryLog() }).cache],
]

describe.each(KINDS)('isCurrent, %s', (_kind, open) => {
  const OF = { key: ['user', 1], tags: ['t'] } as const
  test.each<readonly [string, (cache: Cache) => Promise<unknown>, boolean]>([
    ['nothing', async () => {}, true],
    ['another key', (cache) => cache.delete('other'), true],
    ['another tag', (cache) => cache.invalidateTags(['u']), true],
    ['its key', (cache) => cache.delete(OF.key), false],
    ['its key, softly', (cache) => cache.expire(OF.key), false],
    ['its tag', (cache) => cache.invalidateTags(['t']), false],
    ['its tag, softly', (cache) => cache.expireTags(['t']), false],
    ['its prefix', (cache) => cache.invalidatePrefix(['user']), false],
    ['its pattern', (cache) => cache.expirePattern('user:?'), false],
    ['everything', (cache) => cache.clear(), false],
  ])('since then %s was invalidated', async (_what, act, expected) => {
    const cache = open()
    await cache.ready()
    const token = positionOf(cache)
    await act(cache)
    expect(cache.isCurrent(token, OF)).toBe(expected)
    expect(cache.isCurrent(positionOf(cache), OF)).toBe(true)
  })

  test('of a namespace, clearing it concerns what was read in it', async () => {
    const cache = open()
    await cache.ready()
    const [one, other] = [cache.namespace('one'), cache.namespace('other')]
    const token = positionOf(cache)
    await one.clear()
    expect([one.isCurrent(token), other.isCurrent(token), one.isCurrent(token, { key: 'k' })]).toEqual([
      false,
      true,
      false,
    ])
  })

  test('is false for another life of the log, for a queued write and after the end', async () => {
    const cache = open()
    await cache.ready()
    const token = positionOf(cache)
    const ahead = `${token.split('.')[0]}.9999` as Token
    expect(['other.5' as Token, '_.0' as Token, token, ahead].map((one) => cache.isCurrent(one))).toEqual([
      false,
      false,
      true,
      true,
    ])
    await cache.close()
    expect(cache.isCurrent(token)).toBe(false)
  })

  test('refuses what is no token, no option, no tag', () => {
    const cache = open()
    const token = 'x.1' as Token
    expect(() => cache.isCurrent('k' as Token)).toThrow('`token` must be')
    expect(() => cache.isCurrent(token, { tag: 't' } as never)).toThrow('tag')
    expect(() => cache.isCurrent(token, { tags: [''] })).toThrow('tags')
    expect(() => cache.isCurrent(token, { key: (() => 1) as never })).toThrow('key')
  })
})

describe('setAsOf', () => {
  /** Loads a value as of a position from before something happened. */
  async function loadedAsOf(act: (cache: Cache) => Promise<unknown>, asOf?: Token): Promise<unknown[]> {
    const { cache } = make()
    await cache.set('first', 1)
    const token = asOf ?? positionOf(cache)
    await act(cache)
    const loaded = await cache.getOrSet('k', ({ setAsOf }) => (setAsOf(token), 'old'), { tags: ['t'] })
    return [loaded, await cache.get('k')]
  }

  test('stores what nothing has invalidated since', async () => {
    expect(await loadedAsOf(async () => {})).toEqual(['old', 'old'])
    expect(await loadedAsOf((cache) => cache.delete('other'))).toEqual(['old', 'old'])
  })

  test('returns and does not store what was invalidated since, hard or soft for a fresh read', async () => {
    expect(await loadedAsOf((cache) => cache.delete('k'))).toEqual(['old', undefined])
    expect(await loadedAsOf((cache) => cache.invalidateTags(['t']))).toEqual(['old', undefined])
    expect(await loadedAsOf((cache) => cache.expireTags(['t']))).toEqual(['old', undefined])
  })

  test('stores nothing as of another life of the log, whatever is said afterwards', async () => {
    expect(await loadedAsOf(async () => {}, 'other.99' as Token)).toEqual(['old', undefined])
    const { cache } = make()
    const here = positionOf(cache)
    await cache.getOrSet('k', ({ setAsOf }) => {
      setAsOf('other.99' as Token)
      setAsOf(here)
      return 1
    })
    expect(await cache.get('k')).toBeUndefined()
  })

  test('never raises the position', async () => {
    const { cache } = make()
    const low = positionOf(cache)
    await cache.delete('x')
    const high = positionOf(cache)
    await cache.getOrSet('k', ({ setAsOf }) => {
      setAsOf(low)
      setAsOf(high)
      return 1
    })
    expect((await cache.inspect('k')).asOf).toBe(low)
  })

  test('refuses what is no token', async () => {
    const { cache } = make()
    await expect(cache.getOrSet('k', ({ setAsOf }) => setAsOf('x' as Token))).rejects.toThrow('setAsOf')
  })
})
