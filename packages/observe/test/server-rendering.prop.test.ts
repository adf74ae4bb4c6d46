import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromWire, toWire } from '../src/server-rendering/wire-value.ts'

const values = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: false,
  maxDepth: 4,
  key: fc.oneof(
    fc.constantFrom('$', 'a', 'constructor', 'toString'),
    fc.string().filter((name) => name !== '__proto__'),
  ),
})

it('values come back as they were sent', () => {
  fc.assert(
    fc.property(values, (value) => {
      expect(isDeepStrictEqual(fromWire(JSON.parse(JSON.stringify(toWire(value)))), value)).toBe(true)
    }),
    { numRuns: 500, seed: 42 },
  )
})

it('whatever is sent, a value comes of it or an error, and nothing else', () => {
  const before = Object.keys(Object.prototype)
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.jsonValue(), (json, content) => {
      for (const sent of [JSON.parse(json), { $: content }, { $: ['map', content] }, { $: ['object', content] }]) {
        try {
          fromWire(sent)
        } catch (error) {
          expect((error as Error).constructor.name).toBe('WireError')
        }
      }
    }),
    { numRuns: 500, seed: 42 },
  )
  expect(Object.keys(Object.prototype)).toEqual(before)
})
