/** How long connections are waited for, on virtual time. */
import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { Lender } from '../src/connections/lender.ts'
import type { DatabaseConnection, DatabaseDriver } from '../src/index.ts'

test('a connection that comes too late is given back, and nobody waits for it any more', async () => {
  const clock = createFakeClock()
  const acquired = deferred<DatabaseConnection>()
  let released = 0
  const driver = { dialect: 'sqlite', acquire: () => acquired.promise } as unknown as DatabaseDriver
  const lender = new Lender({ driver, clock, acquireMs: 100, openTransactions: () => 0 })
  const taken = lender.take()
  expect([lender.waiting, clock.held]).toEqual([1, 1])
  const refused = expect(taken).rejects.toMatchObject({ code: 'ERR_DB_POOL_TIMEOUT' })
  await clock.advanceAsync(100)
  await refused
  expect([lender.waiting, lender.lent, clock.held, clock.pending]).toEqual([0, 0, 0, 0])
  acquired.resolve({ identity: {}, release: () => released++ } as unknown as DatabaseConnection)
  await flush()
  expect([released, lender.lent]).toEqual([1, 0])
})

test('a driver that fails at once fails the call, and nobody waits', async () => {
  const clock = createFakeClock()
  const driver = { acquire: () => Promise.reject(new Error('refused')) } as unknown as DatabaseDriver
  const lender = new Lender({ driver, clock, acquireMs: Number.POSITIVE_INFINITY, openTransactions: () => 0 })
  await expect(lender.take()).rejects.toThrow('refused')
  expect([lender.waiting, clock.held, clock.pending]).toEqual([0, 0, 0])
})

test.each([
  [
    'returns no promise',
    () => ({ isUntouched: false, inTransaction: false, run: () => Promise.reject(new Error('asked')) }),
  ],
  ['returns nothing', () => undefined],
  [
    'throws',
    () => {
      throw new Error('broken')
    },
  ],
])('a driver that %s leaves nobody waiting', async (_, acquire) => {
  const clock = createFakeClock()
  const lender = new Lender({
    driver: { dialect: 'sqlite', acquire } as unknown as DatabaseDriver,
    clock,
    acquireMs: 100,
    openTransactions: () => 0,
  })
  await expect(lender.take()).rejects.toThrow()
  expect([lender.waiting, lender.lent, clock.held]).toEqual([0, 0, 0])
})

test('one timer serves all that wait, each for its own time', async () => {
  const clock = createFakeClock()
  const driver = { acquire: () => new Promise(() => {}) } as unknown as DatabaseDriver
  const lender = new Lender({ driver, clock, acquireMs: 100, openTransactions: () => 1 })
  const first = expect(lender.take()).rejects.toMatchObject({
    code: 'ERR_DB_POOL_TIMEOUT',
    context: { openTransactions: 1 },
    message: expect.stringContaining('use `tx` there') as unknown,
  })
  await clock.advanceAsync(60)
  const second = expect(lender.take()).rejects.toMatchObject({ code: 'ERR_DB_POOL_TIMEOUT' })
  expect(clock.pending).toBe(1)
  await clock.advanceAsync(40)
  await first
  expect(lender.waiting).toBe(1)
  await clock.advanceAsync(60)
  await second
  expect([lender.waiting, clock.held, clock.pending]).toEqual([0, 0, 0])
})

test('what still waits when the optimizer is closed fails, and a connection that comes then is given back', async () => {
  const clock = createFakeClock()
  const acquired = deferred<DatabaseConnection>()
  const driver = { acquire: () => acquired.promise } as unknown as DatabaseDriver
  const lender = new Lender({ driver, clock, acquireMs: 100, openTransactions: () => 0 })
  const refused = expect(lender.take()).rejects.toMatchObject({ code: 'ERR_DB_CLOSED' })
  lender.close()
  await refused
  expect([lender.waiting, clock.held, clock.pending]).toEqual([0, 0, 0])
  let released = 0
  acquired.resolve({ identity: {}, release: () => released++ } as unknown as DatabaseConnection)
  await flush()
  expect(released).toBe(1)
})
