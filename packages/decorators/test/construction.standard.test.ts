import { expect, test } from 'vitest'
import { Sub } from './constructing.ts'
import { make } from './make.ts'

test('an override that calls what it overrides, called by the base constructor, fails clearly and does not hang', async () => {
  make()
  const sub = new Sub()
  // The object tells of its override when the base's constructor has ended: until then, both have one key.
  await expect(sub.first).rejects.toMatchObject({ code: 'ERR_REQUEST_CYCLE' })
  expect(await sub.find(0)).toBe('sub of base 0')
})
