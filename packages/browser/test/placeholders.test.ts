import type { Token } from '@hotpath/contract'
import { createCache, memory } from '@hotpath/core'
import { createMemoryLog, shared } from '@hotpath/core/shared'
import { asyncTier, createFakeClock, createSharedLog } from '@hotpath/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { storageName } from '../src/database/names.ts'
import { createBrowserCache, placeholder } from '../src/index.ts'
import { promote } from '../src/placeholders/promote.ts'
import { isJson, saveHeld } from '../src/placeholders/save.ts'
import { readSaved } from '../src/placeholders/saved.ts'
import { fakeLocalStorage } from './fake-local-storage.ts'

beforeEach(() => {
  vi.stubGlobal('document', {})
  vi.stubGlobal('localStorage', fakeLocalStorage())
})
afterEach(() => void vi.unstubAllGlobals())

function make(clock = createFakeClock()) {
  return { clock, cache: createCache({ name: 'test', tiers: [memory({ maxEntries: 100 })], clock, ttl: '1h' }) }
}

describe('what is saved for the next visit', () => {
  it('is what memory holds of the keys, with its age and where it came from', async () => {
    const { cache, clock } = make()
    await cache.set('a', { list: [1] }, { tags: ['t'], staleWhileRevalidate: Number.POSITIVE_INFINITY })
    await cache.set('b', 2)
    const createdAtWall = clock.now()
    clock.advance(500)
    saveHeld({ cache, name: 'item', keys: ['a', 'missing'], maxBytes: 1_000, now: clock.now() })
    const [saved, ...others] = readSaved('item', ['a', 'b'], clock.now())
    expect([saved, others]).toMatchObject([
      { key: 'a', value: { list: [1] }, createdAtWall, windowsMs: [3_600_000, -1, 0], tags: ['t'] },
      [],
    ])
    await cache.close()
  })

  it('is no more than there is room for, and nothing that JSON would change', async () => {
    const { cache, clock } = make()
    await cache.set('date', new Date(0))
    await cache.set('large', 'x'.repeat(1_000))
    await cache.set('small', 'x')
    const keys = ['date', 'large', 'small']
    saveHeld({ cache, name: 'item', keys, maxBytes: 1_000, now: clock.now() })
    expect(readSaved('item', keys, clock.now()).map(({ key }) => key)).toEqual(['small'])
    saveHeld({ cache, name: 'item', keys: [], maxBytes: 1_000, now: clock.now() })
    expect(localStorage.getItem('item')).toBeNull()
    await cache.close()
  })

  it('is given up where there is no room at all', async () => {
    const { cache, clock } = make()
    await cache.set('a', 1)
    localStorage.setItem('item', '[]')
    vi.spyOn(localStorage, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    saveHeld({ cache, name: 'item', keys: ['a'], maxBytes: 1_000, now: clock.now() })
    expect(localStorage.getItem('item')).toBeNull()
    await cache.close()
  })

  it.each([1, 'a', true, null, [], [1, [null]], { a: { b: [] } }, '</script>'])('may be %j', (value) => {
    expect(isJson(value)).toBe(true)
    expect(JSON.parse(JSON.stringify(value))).toEqual(value)
  })

  it.each([
    ['undefined', undefined],
    ['a hole', Object.assign([], { 1: 1 })],
    ['minus zero', -0],
    ['NaN', Number.NaN],
    ['a bigint', 1n],
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['a URL', new URL('https://a.example')],
    ['an undefined member', { a: undefined }],
    ['a function', { toJSON: () => 1 }],
    ['a prototype', JSON.parse('{ "__proto__": 1 }')],
  ])('is never %s', (_, value) => {
    expect(isJson(value)).toBe(false)
  })

  it('is never deeper than anything that is seen first', () => {
    const circle: unknown[] = []
    circle.push(circle)
    expect(isJson(circle)).toBe(false)
  })
})

describe('what was saved', () => {
  const good = {
    key: 'a',
    value: 1,
    createdAtWall: 10,
    savedAtWall: 20,
    windowsMs: [1, 2, 3],
    tags: ['t'],
    asOf: 'e.1',
  }

  it.each([
    ['no JSON', '{'],
    ['no list', '{"key":"a"}'],
    ['of other keys', JSON.stringify([{ ...good, key: 'b' }])],
    ['from the future', JSON.stringify([{ ...good, createdAtWall: 101 }])],
    ['of a time before all clocks', JSON.stringify([{ ...good, createdAtWall: -1e16 }])],
    ['without an age', JSON.stringify([{ ...good, createdAtWall: null }])],
    ['with other windows', JSON.stringify([{ ...good, windowsMs: [1, 2] }])],
    ['with tags that are none', JSON.stringify([{ ...good, tags: [1] }])],
    ['with a tag that is too long', JSON.stringify([{ ...good, tags: ['x'.repeat(10_000)] }])],
    [
      'with more tags than an entry may have',
      JSON.stringify([{ ...good, tags: Array.from({ length: 129 }, (_, at) => `t${at}`) }]),
    ],
    ['with a token that is none', JSON.stringify([{ ...good, asOf: 'x' }])],
    ['without a value', JSON.stringify([{ ...good, value: undefined }])],
    ['something else', JSON.stringify([null, 1, 'a', []])],
  ])('is left out when it is %s', (_, json) => {
    localStorage.setItem('item', json)
    expect(readSaved('item', ['a'], 100)).toEqual([])
  })

  const odd = [
    ...[-1e308, -1e16, -1, -0.5, 0, 1.5, 1e16, 1e308, 100],
    ...[null, true, '', '5', 'x'.repeat(100_000), [], [[]], [null], [-1e308, 1e308, -0], ['t'], {}, { a: 1 }],
  ]
  const members = ['key', 'value', 'createdAtWall', 'windowsMs', 'tags', 'asOf', '__proto__', 'toString']

  it.each(members)('never keeps a cache from being made, whatever its `%s` is', async (member) => {
    const name = storageName({ name: 'shop', schema: 1, scope: '' })
    vi.stubGlobal('document', { visibilityState: 'visible', addEventListener() {}, removeEventListener() {} })
    for (const value of odd) {
      const one = JSON.stringify({ ...good, [`odd ${member}`]: value }).replace(`odd ${member}`, member)
      const other = JSON.stringify({ ...good, key: 'b', value: 'good' })
      localStorage.setItem(name, `[${one},${JSON.stringify(value)},${other}]`)
      const cache = createBrowserCache({ name: 'shop', localStorage: { keys: ['a', 'b'] } })
      expect(placeholder(cache, 'b')?.value).toBe('good')
      await cache.ready()
      await cache.close()
    }
  })

  it('is nothing where settings deny it', () => {
    vi.stubGlobal('localStorage', undefined)
    expect(readSaved('item', ['a'], 100)).toEqual([])
  })

  it('becomes an entry with the life that it has left, unless something has outdated it', async () => {
    const { cache, clock } = make()
    const before = cache.position() as Token
    const windowsMs = [1_000, 5_000, -1]
    const one = {
      value: 1,
      createdAtWall: clock.now() - 3_000,
      savedAtWall: clock.now(),
      windowsMs,
      asOf: before,
      tags: ['t'],
    }
    const rows = ['valid', 'outdated', 'newer'].map((key) => ({ ...one, key, tags: [key] }))
    await cache.invalidateTags(['outdated'])
    await cache.set('newer', 2)
    await promote(cache, rows, () => clock.now())
    clock.advance(1)
    expect(['valid', 'outdated', 'newer'].map((key) => cache.peek(key, { stale: true }))).toEqual([1, undefined, 2])
    expect(cache.peek('valid')).toBeUndefined()
    clock.advance(3_000)
    expect(cache.peek('valid', { stale: true })).toBeUndefined()
    await cache.close()
  })

  it('gives way to what was loaded since, which no record of the log says', async () => {
    const [log, below, clock] = [createSharedLog(createMemoryLog), asyncTier(), createFakeClock()]
    const visit = () => {
      const tiers = [memory({ maxEntries: 100 }), below]
      return createCache({ name: 'test', tiers, log: () => log.connect(), shared, clock, ttl: '1h' })
    }
    const other = visit()
    await other.getOrSet('k', () => 'old')
    const saved = {
      key: 'k',
      value: 'old',
      createdAtWall: clock.now(),
      savedAtWall: clock.now(),
      windowsMs: [-1, 0, 0],
      tags: [],
      asOf: other.position() as Token,
    }
    clock.advance(1_000)
    await other.getOrSet('k', () => 'new', { refresh: true })
    const next = visit()
    await promote(next, [saved], () => clock.now())
    expect([next.peek('k'), await visit().get('k')]).toEqual(['new', 'new'])
  })

  it('is no entry where the clock was set back since it was saved, or nobody knows when that was', async () => {
    const { cache, clock } = make()
    const one = { value: 1, tags: [], asOf: cache.position() as Token, createdAtWall: 0, windowsMs: [-1, 0, 0] }
    const now = clock.now()
    const rows = [
      { ...one, key: 'before', savedAtWall: now },
      { ...one, key: 'to come', savedAtWall: now + 1 },
      { ...one, key: 'unknown' } as never,
    ]
    await promote(cache, rows, () => now)
    expect(['before', 'to come', 'unknown'].map((key) => cache.peek(key))).toEqual([1, undefined, undefined])
    await cache.close()
  })

  it('has nothing left once it is dead, and no end where it had none', async () => {
    const { cache, clock } = make()
    const one = { value: 1, tags: [], asOf: cache.position() as Token }
    const aged = (key: string, ageMs: number, windowsMs: number[]) => {
      return { ...one, key, createdAtWall: clock.now() - ageMs, savedAtWall: clock.now(), windowsMs }
    }
    const rows = [aged('dead', 30, [10, 20, 30]), aged('endless', 1e9, [10, -1, 0]), aged('stale', 15, [10, 20, 30])]
    await promote(cache, rows, () => clock.now())
    expect(rows.map(({ key }) => cache.peek(key, { stale: true }))).toEqual([undefined, 1, 1])
    const entry = await cache.entry('stale', { stale: true })
    expect([entry?.state, entry?.ageMs]).toEqual(['stale', 15])
    await cache.close()
  })
})
