import { expect, test } from 'vitest'
import {
  asyncTier,
  chaosLog,
  chaosTier,
  createFakeClock,
  createRandom,
  createScheduler,
  createSharedStore,
  exhaust,
  logCases,
  tierCases,
} from '../src/index.ts'

const random = createRandom(1)
const clock = createFakeClock()

test.each<[string, () => unknown, string]>([
  ['chaosTier', () => chaosTier(asyncTier(), { random, clock, failrate: 1 } as never), 'Did you mean `failRate`?'],
  ['chaosTier', () => chaosTier(asyncTier(), { random, clock, loseRate: 1 } as never), 'has no option `loseRate`'],
  ['chaosTier', () => chaosTier(asyncTier(), { random, clock, delayMs: '5' } as never), "received '5'"],
  ['chaosLog', () => chaosLog({} as never, { random, clock, dropRate: 1 } as never), 'has no option `dropRate`'],
  ['createSharedStore', () => createSharedStore({ max: 5 } as never), 'has no option `max`'],
  ['createSharedStore', () => createSharedStore({ maxEntries: '5' } as never), "received '5'"],
  ['createFakeClock', () => createFakeClock({ start: 5 } as never), 'has no option `start`'],
  ['createFakeClock', () => createFakeClock({ now: new Date() } as never), 'received an object'],
  ['createScheduler', () => createScheduler({ sed: 5 } as never), 'Did you mean `seed`?'],
  ['tierCases', () => tierCases({ opne: asyncTier } as never), 'Did you mean `open`?'],
  ['logCases', () => logCases({ open: 5 } as never), 'received 5'],
])('%s refuses a wrong option', (_, make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(message) }))
})

test('exhaust refuses a wrong option', async () => {
  await expect(exhaust(async () => {}, { seed: 1 } as never)).rejects.toThrow('`exhaust` has no option `seed`')
})
