import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Duration, formatDuration, toMs } from '../src/duration.ts'

const milliseconds = fc.oneof(
  fc.maxSafeNat(),
  fc
    .tuple(fc.nat(100_000), fc.constantFrom(1, 1_000, 60_000, 3_600_000, 86_400_000))
    .map(([count, unit]) => count * unit),
)

test('what was written is read back as the same duration', () => {
  fc.assert(
    fc.property(milliseconds, (ms) => {
      expect(toMs(formatDuration(ms) as Duration, 'ttl')).toBe(ms)
    }),
    { numRuns: 1_000 },
  )
})

test('no exact form in a single unit is shorter than the one that is written', () => {
  fc.assert(
    fc.property(milliseconds, fc.constantFrom('ms', 's', 'm', 'h', 'd'), (ms, unit) => {
      const count = ms / toMs(`1${unit}` as Duration, 'unit')
      fc.pre(ms > 0 && Number.isInteger(count))
      expect(formatDuration(ms).length).toBeLessThanOrEqual(`${count}${unit}`.length)
    }),
    { numRuns: 1_000 },
  )
})
