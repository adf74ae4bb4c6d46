import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_FRESHNESS, type Freshness, type FreshnessOptions, resolveFreshness } from '../src/index.ts'

const ms = fc.nat(10_000)
const windowMs = fc.oneof(ms, fc.constant(false as const), fc.constant(undefined))
const timeout = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.constant(false as const), fc.constant(undefined))

const options: fc.Arbitrary<FreshnessOptions> = fc.record({
  ttl: fc.oneof(ms, fc.constant(undefined)),
  staleWhileRevalidate: windowMs,
  staleIfError: windowMs,
  jitter: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(false as const), fc.constant(undefined)),
  refreshAhead: fc.oneof(fc.boolean(), fc.nat(5), fc.constant(undefined)),
  negativeTtl: windowMs,
  timeout: fc.oneof(timeout, fc.record({ soft: timeout, hard: timeout })),
  backoff: windowMs,
})

/** The nearest level that says something, told one option at a time. */
function nearest(levels: readonly FreshnessOptions[]): Freshness {
  const pick = <Value, Resolved>(
    read: (level: FreshnessOptions) => Value | undefined,
    resolve: (value: Value) => Resolved,
    otherwise: Resolved,
  ): Resolved => {
    const value = levels.map(read).findLast((one) => one !== undefined)
    return value === undefined ? otherwise : resolve(value)
  }
  const orOff = (value: number | false): number => (value === false ? 0 : value)
  const orForever = (value: number | false): number => (value === false ? Infinity : value)
  const part = (which: 'soft' | 'hard') => (level: FreshnessOptions) => {
    const given = level.timeout
    if (given === false) return false
    if (typeof given === 'object') return given[which]
    return which === 'hard' ? given : undefined
  }
  const base = DEFAULT_FRESHNESS
  return {
    freshMs: pick(({ ttl }) => ttl, Number, base.freshMs),
    staleMs: pick((level) => level.staleWhileRevalidate as number | false, orOff, base.staleMs),
    errorMs: pick((level) => level.staleIfError as number | false, orOff, base.errorMs),
    jitter: pick(({ jitter }) => jitter, orOff, base.jitter),
    refreshAhead: pick(({ refreshAhead }) => refreshAhead, Number, base.refreshAhead),
    negativeMs: pick<number | false, number | undefined>(
      (level) => level.negativeTtl as number | false,
      (value) => (value === false ? undefined : value),
      base.negativeMs,
    ),
    softTimeoutMs: pick(part('soft') as () => number | false, orForever, base.softTimeoutMs),
    hardTimeoutMs: pick(part('hard') as () => number | false, orForever, base.hardTimeoutMs),
    backoffMs: pick((level) => level.backoff as number | false, orOff, base.backoffMs),
  }
}

test('options inherit level by level: undefined inherits, false turns off, 0 is zero', () => {
  fc.assert(
    fc.property(fc.array(options, { maxLength: 4 }), (levels) => {
      expect(levels.reduce(resolveFreshness, DEFAULT_FRESHNESS)).toEqual(nearest(levels))
    }),
    { numRuns: 2_000 },
  )
})

test('a level that says nothing shares the policy above it', () => {
  expect(resolveFreshness(DEFAULT_FRESHNESS, {})).toBe(DEFAULT_FRESHNESS)
})
