import { expect, test } from 'vitest'
import { innerNames, isInner } from '../inner-names.ts'

test('each inner name has a short one of its own, a letter or two, and no word is one', () => {
  const short = Object.values(innerNames)
  expect(new Set(short).size).toBe(short.length)
  for (const name of short) expect(name).toMatch(/^(?:[a-zA-Z]|[A-Z][a-zA-Z])$/)
})

test('whole names are inner, and not what contains one', () => {
  expect(Object.keys(innerNames).every((name) => isInner.test(name))).toBe(true)
  expect(['engineOf', 'myEngine', 'length', 'get'].some((name) => isInner.test(name))).toBe(false)
})
