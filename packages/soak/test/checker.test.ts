import { expect, test } from 'vitest'
import { type Accepted, Checker } from '../src/checker.ts'

const SETTLE_MS = 1_000

function accepted(version: number, at: number): Accepted {
  return { key: 'k', version, token: `e.${version}`, at }
}

function least(checker: Checker, now: number, named?: Accepted): number {
  return checker.expect('k', now, named).version
}

test('a read of what nobody wrote may see anything', () => {
  expect(least(new Checker(SETTLE_MS), 0)).toBe(0)
})

test('a read has to see what its own process wrote, whatever was accepted elsewhere since', () => {
  const checker = new Checker(SETTLE_MS)
  checker.wrote('k', 7)
  checker.wrote('k', 5)
  checker.accepted(accepted(6, 0))
  expect(least(checker, 10)).toBe(7)
  expect(least(checker, 10_000)).toBe(7)
})

test('a write of another process counts once it has settled, and not before', () => {
  const checker = new Checker(SETTLE_MS)
  checker.accepted(accepted(3, 100))
  expect(least(checker, 100 + SETTLE_MS)).toBe(0)
  expect(least(checker, 101 + SETTLE_MS)).toBe(3)
})

test('the newest that has settled counts, though an older one was accepted later', () => {
  const checker = new Checker(SETTLE_MS)
  checker.accepted(accepted(9, 100))
  checker.accepted(accepted(8, 200))
  checker.accepted(accepted(10, 5_000))
  expect(least(checker, 4_000)).toBe(9)
  expect(least(checker, 4_001)).toBe(9)
})

test('what has settled stays so', () => {
  const checker = new Checker(SETTLE_MS)
  checker.accepted(accepted(4, 0))
  expect(least(checker, 2_000)).toBe(4)
  expect(least(checker, 2_001)).toBe(4)
})

test('a read that is given a token has to see what it names at once', () => {
  const checker = new Checker(SETTLE_MS)
  checker.accepted(accepted(2, 100))
  checker.accepted({ ...accepted(3, 101), token: undefined })
  const named = checker.named('k')
  expect(named?.version).toBe(2)
  expect(least(checker, 102, named)).toBe(2)
  expect(least(checker, 102)).toBe(0)
})

test('keys are apart from each other', () => {
  const checker = new Checker(SETTLE_MS)
  checker.wrote('other', 5)
  expect(least(checker, 0)).toBe(0)
  expect(checker.named('other')).toBeUndefined()
})
