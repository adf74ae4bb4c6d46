import { createEntry } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import type { Found, Servable } from '../src/flights/found.ts'
import { type Facts, onLanded } from '../src/read/decide.ts'

function held(value: number, age: 'fresh' | 'stale'): Servable<number> {
  const windows = { freshMs: 1, staleMs: 1, errorMs: 1, aheadMs: 0 }
  return { entry: createEntry({ value, tags: [], createdAt: 0, epoch: 'e', asOf: 0, ...windows }), age, tier: 1 }
}

const found = held(1, 'fresh')
const older: Found<number> = held(2, 'stale')
const PLAIN: Facts<number> = { refresh: false, calledAfterRecord: false, isValid: true, fallback: undefined }
const error = new Error('away')

describe('what the end of a flight means for a caller', () => {
  test.each([
    [{}, { type: 'serve', found }],
    [{ refresh: true }, { type: 'again', previous: 'kept', lookUp: false }],
    [{ isValid: false }, { type: 'again', previous: 'kept', lookUp: false }],
  ] as const)('a value of a tier, %o', (facts, decision) => {
    expect(onLanded<number>({ type: 'found', found }, { ...PLAIN, ...facts })).toEqual(decision)
  })

  test.each([
    [false, false, { type: 'answer', value: 3 }],
    [true, false, { type: 'answer', value: 3 }],
    [false, true, { type: 'answer', value: 3 }],
    [true, true, { type: 'again', previous: 'judged', lookUp: true }],
  ] as const)('a loaded value, raced: %s, called after a record: %s', (raced, calledAfterRecord, decision) => {
    expect(
      onLanded(
        { type: 'value', value: 3, raced, isStored: true, freshMs: 1, mark: undefined },
        { ...PLAIN, calledAfterRecord },
      ),
    ).toEqual(decision)
  })

  test.each([
    [{ type: 'failed', error }, older, { type: 'fall-back', found: older }],
    [{ type: 'failed', error }, undefined, { type: 'fail', error }],
    [{ type: 'backoff' }, older, { type: 'fall-back', found: older }],
    [{ type: 'backoff' }, undefined, { type: 'again', previous: 'dropped', lookUp: false }],
    [{ type: 'late' }, older, { type: 'fall-back', found: older }],
    [{ type: 'late' }, undefined, { type: 'again', previous: 'dropped', lookUp: false }],
  ] as const)('no value: %o, to be served in its place: %o', (outcome, fallback, decision) => {
    expect(onLanded<number>(outcome, { ...PLAIN, fallback })).toEqual(decision)
  })
})
