import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_FRESHNESS, type Freshness, type FreshnessOptions, resolveFreshness } from '../src/index.ts'

const ms = fc.nat(10_000)
const windowMs = fc.oneof(ms, fc.constant(false as const), fc.constant(undefined))
const soft = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.constant(false as const), fc.constant(undefined))
const hard = fc.oneof(fc.integer({ min: 10_000, max: 20_000 }), fc.constant(false as const), fc.constant(undefined))

const options: fc.Arbitrary<FreshnessOptions> = fc.record({
  ttl: fc.oneof(ms, fc.constant(undefined)),
  staleWhileRevalidate: windowMs,
  staleIfError: windowMs,
  jitter: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(false as const), fc.constant(undefined)),
  refreshAhead: fc.oneof(fc.boolean(), fc.nat(5), fc.constant(undefined)),
  negativeTtl: windowMs,
  speculative: fc.constantFrom<boolean | undefined>(true, false, undefined),
  maxEntryBytes: fc.oneof(fc.nat(1_000), fc.constantFrom<false | undefined>(false, undefined)),
  timeout: fc.oneof(hard, fc.record({ soft, hard })),
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
    speculative: levels.findLast((level) => level.speculative !== undefined)?.speculative ?? base.speculative,
    maxEntryBytes: pick((level) => level.maxEntryBytes as number | false, orForever, base.maxEntryBytes),
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

test('a soft timeout that is longer than the hard one is refused where it is given', () => {
  const message =
    "`timeout.soft` must be at most `timeout.hard` (1s), received '2s'. Use a shorter one, or raise `timeout.hard`."
  expect(() => resolveFreshness(DEFAULT_FRESHNESS, { timeout: { soft: '2s', hard: '1s' } })).toThrow(message)
  expect(() => resolveFreshness(DEFAULT_FRESHNESS, { timeout: { soft: '31s' } })).toThrow('`timeout.hard` (30s)')
  expect(resolveFreshness(DEFAULT_FRESHNESS, { timeout: { soft: '1s', hard: '1s' } }).softTimeoutMs).toBe(1_000)
  expect(resolveFreshness(DEFAULT_FRESHNESS, { timeout: { soft: '2h', hard: false } }).softTimeoutMs).toBe(7_200_000)
  const above = resolveFreshness(DEFAULT_FRESHNESS, { timeout: { soft: '2s' } })
  expect(resolveFreshness(above, { timeout: '1s' })).toMatchObject({ softTimeoutMs: 2_000, hardTimeoutMs: 1_000 })
})

test('a member that `timeout` does not know is refused', () => {
  expect(() => resolveFreshness(DEFAULT_FRESHNESS, { timeout: { soft: '1s', hrad: '2s' } as object })).toThrow(
    '`timeout` has no option `hrad`. Did you mean `hard`?',
  )
})

test('a wrong option is shown as it was written', () => {
  expect(() => resolveFreshness(DEFAULT_FRESHNESS, { jitter: '0.1' as never })).toThrow("received '0.1'")
  expect(() => resolveFreshness(DEFAULT_FRESHNESS, { refreshAhead: '1' as never })).toThrow("received '1'")
  expect(() => resolveFreshness(DEFAULT_FRESHNESS, { timeout: { soft: 0 } })).toThrow('received 0')
})
