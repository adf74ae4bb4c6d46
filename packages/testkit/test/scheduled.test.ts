import type { LogRecord } from '@hotpath/contract'
import { expect, test } from 'vitest'
import { asyncTier, createFakeClock, createScheduler, exhaust, scheduledLog, scheduledTier } from '../src/index.ts'
import { contextOf, entryOf } from './bench.ts'
import { createModelLog } from './model-log.ts'

test('calls of a scheduled tier are turns, labelled with the operation', async () => {
  const scheduler = createScheduler()
  const store = scheduledTier(asyncTier(), scheduler, 'redis').open(contextOf(createFakeClock()))
  const read = scheduler.spawn('client', async () => {
    await store.set('a', entryOf({ value: 1 }))
    return (await store.get('a'))?.value
  })
  await scheduler.run()
  expect(await read).toBe(1)
  expect(scheduler.trace).toEqual([
    'client starts',
    'redis.set asked',
    'redis.set answered',
    'redis.get asked',
    'redis.get answered',
  ])
})

test('a read and a write of two clients meet in both orders', async () => {
  const seen = new Set<unknown>()
  const { complete } = await exhaust(async (scheduler) => {
    const store = scheduledTier(asyncTier(), scheduler).open(contextOf(createFakeClock()))
    scheduler.spawn('writer', () => store.set('a', entryOf({ value: 'written' })))
    const read = scheduler.spawn('reader', () => store.get('a'))
    await scheduler.run()
    seen.add((await read)?.value)
  })
  expect(complete).toBe(true)
  expect(seen).toEqual(new Set([undefined, 'written']))
})

test('deliveries of a scheduled log are late in some orders, but always in their own order', async () => {
  const late = new Set<boolean>()
  const { complete } = await exhaust(async (scheduler) => {
    const inner = createModelLog()
    const log = scheduledLog(inner, scheduler)
    const delivered: number[] = []
    scheduler.spawn('node', async () => {
      await log.follow({ record: (record) => void delivered.push(record.position), interrupted() {} })
      await log.append([1, 2].map((key) => ({ scope: { type: 'key', key: String(key) }, strength: 'hard' })))
      late.add(delivered.length === 0)
    })
    await scheduler.run()
    expect(delivered).toEqual([1, 2])
  })
  expect(complete).toBe(true)
  expect(late).toEqual(new Set([true, false]))
})

test('a delivery on its way is dropped when the follower stops', async () => {
  const scheduler = createScheduler({ choices: [] })
  const log = scheduledLog(createModelLog(), scheduler)
  const delivered: LogRecord[] = []
  scheduler.spawn('node', async () => {
    const subscription = await log.follow({ record: (record) => void delivered.push(record), interrupted() {} })
    const appended = log.append([{ scope: { type: 'all' }, strength: 'hard' }])
    await scheduler.turn('meanwhile')
    subscription.stop()
    await appended
  })
  await scheduler.run()
  expect(delivered).toEqual([])
})
