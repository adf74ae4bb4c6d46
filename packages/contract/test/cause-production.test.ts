import { expect, it } from 'vitest'
import { reducedCause } from '../src/cause.production.ts'

it.each([
  [new DOMException('The disk is full.', 'QuotaExceededError'), 'QuotaExceededError'],
  [Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new RangeError('secret'), 'RangeError'],
  ['secret', 'string'],
])('a page keeps of a cause what names it: %s', (cause, word) => {
  expect(reducedCause(cause).message).toBe(word)
})
