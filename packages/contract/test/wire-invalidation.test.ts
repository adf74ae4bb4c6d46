import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Scope, escapePattern, fromWireInvalidation, strengthInState, toWireInvalidation } from '../src/index.ts'

const scopes = fc.oneof(
  fc.constant<Scope>({ type: 'all' }),
  fc.string().map((key): Scope => ({ type: 'key', key })),
  fc.string().map((tag): Scope => ({ type: 'tag', tag })),
  fc.string().map((prefix): Scope => ({ type: 'prefix', prefix })),
  fc.string({ maxLength: 20 }).map((text): Scope => ({ type: 'pattern', pattern: `${escapePattern(text)}*` })),
)

test('what is written is read as the same', () => {
  fc.assert(
    fc.property(scopes, fc.constantFrom('hard', 'soft'), (scope, strength) => {
      expect(fromWireInvalidation(toWireInvalidation({ scope, strength }))).toEqual({ scope, strength })
    }),
  )
})

test('so is for how long it is soft; the strength that is written is the one that a state keeps', () => {
  fc.assert(
    fc.property(scopes, fc.nat(Number.MAX_SAFE_INTEGER), (scope, forMs) => {
      const timed = { scope, strength: 'soft', forMs } as const
      const wire = toWireInvalidation(timed)
      expect(fromWireInvalidation(wire)).toEqual(timed)
      expect([wire.strength, strengthInState(fromWireInvalidation(wire))]).toEqual(['h', 'hard'])
    }),
  )
})

test.each([
  [1.5, 1],
  [0.25, 0],
  [1e21, Number.MAX_SAFE_INTEGER],
])('a time of %s ms is written whole, and concerns what it named alone', (forMs, read) => {
  const scope = { type: 'key', key: 'a' } as const
  expect(fromWireInvalidation(toWireInvalidation({ scope, strength: 'soft', forMs }))).toEqual({
    scope,
    strength: 'soft',
    forMs: read,
  })
})

test('a pattern that is none concerns all', () => {
  for (const value of ['', 'a\\', 'y'.repeat(400), '\ud800']) {
    expect(fromWireInvalidation({ strength: 's', type: 'x', value })).toEqual({
      scope: { type: 'all' },
      strength: 'soft',
    })
  }
})

test('a time that cannot be read is hard, and all', () => {
  for (const value of ['', 'a', '1h:a', '-1:a', '1.5:a', ':a', `${'9'.repeat(17)}:a`]) {
    expect(fromWireInvalidation({ strength: 'h', type: 'u', value })).toEqual({
      scope: { type: 'all' },
      strength: 'hard',
    })
  }
})

test('letters that are not known are read as hard, and as all', () => {
  for (const unknown of ['', '?', 'K', 'key', 'hard', '__proto__', 'constructor']) {
    expect(fromWireInvalidation({ strength: 's', type: unknown, value: 'a' })).toEqual({
      scope: { type: 'all' },
      strength: 'soft',
    })
    expect(fromWireInvalidation({ strength: unknown, type: 'k', value: 'a' })).toEqual({
      scope: { type: 'key', key: 'a' },
      strength: 'hard',
    })
  }
})
