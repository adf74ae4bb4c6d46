import type { Invalidation, Scope } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import { Acknowledged } from '../src/shared/log/acknowledged.ts'
import { InvalidationSet } from '../src/shared/log/invalidation-set.ts'
import { PendingInvalidations } from '../src/shared/log/pending-invalidations.ts'

const hard = (scope: Scope): Invalidation => ({ scope, strength: 'hard' })
const soft = (scope: Scope): Invalidation => ({ scope, strength: 'soft' })
const key = (name: string): Invalidation => hard({ type: 'key', key: name })
const keys = (count: number, nameOf: (index: number) => string): Invalidation[] =>
  Array.from({ length: count }, (_, index) => key(nameOf(index)))
const kept = (set: InvalidationSet): Invalidation[] => Array.from(set.values(), ({ invalidation }) => invalidation)

describe('invalidations that must not be forgotten', () => {
  test('a repeated scope takes one place, and the largest rank', () => {
    const set = new InvalidationSet()
    for (const rank of [3, 9, 4]) set.add(key('k'), rank)
    set.add(soft({ type: 'key', key: 'k' }))
    expect([...set.values()]).toEqual([
      { invalidation: key('k'), rank: 9 },
      { invalidation: soft({ type: 'key', key: 'k' }), rank: 0 },
    ])
  })

  test('50,000 scopes are exact', () => {
    const set = new InvalidationSet()
    for (const one of keys(50_000, (index) => `user:${index}`)) set.add(one)
    expect([set.size, set.level]).toEqual([50_000, 0])
  })

  test('P10: beyond that keys become the prefixes that they begin with, and those of other kinds stay valid', () => {
    const set = new InvalidationSet()
    for (const one of keys(50_001, (index) => `${index % 2 === 0 ? 'user' : 'team'}:${index}`)) set.add(one)
    set.add(hard({ type: 'tag', tag: 't' }))
    set.add(key('user:later'))
    set.add(key('alone'))
    expect(kept(set)).toEqual([
      hard({ type: 'prefix', prefix: 'team' }),
      hard({ type: 'tag', tag: 't' }),
      hard({ type: 'prefix', prefix: 'user' }),
      key('alone'),
    ])
  })

  test('P10: what has too many prefixes becomes one record for all, soft for soft ones', () => {
    const set = new InvalidationSet()
    for (let index = 0; index < 50_001; index++) set.add(soft({ type: 'key', key: `k${index}:x` }))
    expect(kept(set)).toEqual([soft({ type: 'all' })])
    set.add(key('hard'))
    expect(kept(set)).toEqual([soft({ type: 'all' }), hard({ type: 'all' })])
  })

  test('P10: long keys are bounded in bytes', () => {
    const set = new InvalidationSet()
    for (let index = 0; index < 5_000; index++) set.add(key(`user:${'x'.repeat(2_000)}${index}`))
    expect(kept(set)).toEqual([hard({ type: 'prefix', prefix: 'user' })])
  })

  test('once it was emptied it is exact again', () => {
    const set = new InvalidationSet()
    for (const one of keys(50_001, (index) => `user:${index}`)) set.add(one, 1)
    set.forgetUpTo(1)
    set.add(key('user:1'), 2)
    expect(kept(set)).toEqual([key('user:1')])
  })
})

describe('what was acknowledged', () => {
  test('is lost with no epoch but another one, and forgotten in time', () => {
    const acknowledged = new Acknowledged(30_000)
    for (let index = 0; index < 2_000; index++) acknowledged.add([key(`k${index}`)], { epoch: 'a', position: index }, 0)
    acknowledged.add([key('later')], { epoch: 'a', position: 9_999 }, 20_000)
    expect(acknowledged.lostWith('a', 20_000)).toEqual([])
    expect(acknowledged.lostWith('b', 30_000)).toEqual([key('later')])
    expect(acknowledged.lostWith('b', 30_000)).toEqual([])
  })
})

describe('pending invalidations', () => {
  test('each counts as often as it is pending', () => {
    const pending = new PendingInvalidations()
    const [one, other] = [[key('k')], [key('k'), soft({ type: 'pattern', pattern: 'x*' })]]
    pending.add(one)
    pending.add(other)
    pending.settle(one)
    expect([pending.strengthFor('k', []), pending.strengthFor('xy', []), pending.strengthFor('z', ['t'])]).toEqual([
      'hard',
      'soft',
      undefined,
    ])
    pending.settle(other)
    expect([pending.empty, pending.strengthFor('k', []), pending.strengthFor('xy', [])]).toEqual([
      true,
      undefined,
      undefined,
    ])
  })

  test('what waits is in effect, is taken once, and settles', () => {
    const pending = new PendingInvalidations()
    for (const batch of [[key('k')], [key('k'), hard({ type: 'tag', tag: 't' })]]) {
      pending.add(batch)
      expect(pending.postpone(batch)).toEqual([])
    }
    expect(pending.strengthFor('other', ['t'])).toBe('hard')
    const batch = pending.take(1_000)
    expect(batch).toHaveLength(2)
    expect(pending.take(1_000)).toEqual([])
    expect(pending.strengthFor('k', [])).toBe('hard')
    pending.settle(batch)
    expect(pending.empty).toBe(true)
  })

  test('what is soft for a time waits as hard, which is said, as it was not so before', () => {
    const pending = new PendingInvalidations()
    const batch = [{ ...soft({ type: 'tag', tag: 't' }), forMs: 1_000 }, soft({ type: 'tag', tag: 'u' })]
    pending.add(batch)
    expect(pending.strengthFor('k', ['t'])).toBe('soft')
    expect(pending.postpone(batch)).toEqual(batch.slice(0, 1))
    expect([pending.strengthFor('k', ['t']), pending.strengthFor('k', ['u'])]).toEqual(['hard', 'soft'])
  })

  test('what waits is taken in parts, and a later one takes the place of the same that still waits', () => {
    const pending = new PendingInvalidations()
    const batch = keys(5, (index) => `k${index}`)
    pending.add(batch)
    pending.postpone(batch)
    const first = pending.take(2)
    expect(first).toEqual(batch.slice(0, 2))
    const later = [key('k3'), soft({ type: 'key', key: 'k4' })]
    pending.add(later)
    // A soft one covers no hard one.
    const rest = pending.take(10)
    expect(rest).toEqual([key('k2'), key('k4')])
    for (const one of [first, later, rest]) {
      expect(pending.empty).toBe(false)
      pending.settle(one)
    }
    expect(pending.empty).toBe(true)
  })

  test('too many that wait become wider, and what they match from then on is said', () => {
    const pending = new PendingInvalidations()
    const batch = keys(50_001, (index) => `user:${index}`)
    pending.add(batch)
    expect(pending.postpone(batch)).toEqual([hard({ type: 'prefix', prefix: 'user' })])
    expect([pending.strengthFor('user:x', []), pending.strengthFor('team:x', [])]).toEqual(['hard', undefined])
  })

  test('100,000 at once take no longer each than one', () => {
    const pending = new PendingInvalidations()
    const batches = keys(100_000, (index) => `k${index}`).map((one) => [one])
    for (const batch of batches) pending.add(batch)
    for (const batch of batches) {
      pending.strengthFor('k99999', ['t'])
      pending.settle(batch)
    }
    expect(pending.empty).toBe(true)
    // One after another through all of them would take minutes.
  }, 5_000)
})
