import type { Invalidation } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import { type ChaosLogOptions, chaosLog, createFakeClock, createRandom, logCases } from '../src/index.ts'
import { createModelLog } from './model-log.ts'

const ALL: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

async function setUp(options: Partial<ChaosLogOptions> = {}) {
  const clock = createFakeClock()
  const inner = createModelLog()
  const log = chaosLog(inner, { random: createRandom(1), clock, ...options })
  const told: (number | 'interrupted')[] = []
  const follower = {
    record: (record: { position: number }) => void told.push(record.position),
    interrupted: () => void told.push('interrupted'),
  }
  return { clock, inner, log, told, follower }
}

describe('a chaos log without chaos keeps the contract of logs: it', () => {
  const open = () => chaosLog(createModelLog(), { random: createRandom(1), clock: createFakeClock() })
  for (const { name, run } of logCases({ open })) test(name, run)
})

test('an append that fails was accepted half of the time', async () => {
  const { log, inner } = await setUp({ failRate: 1 })
  for (let count = 0; count < 200; count++) await expect(log.append([ALL])).rejects.toThrow('`append` was made to fail')
  const { position } = await inner.head()
  expect(position).toBeGreaterThan(60)
  expect(position).toBeLessThan(140)
})

test('deliveries are late, but none overtakes another', async () => {
  const { clock, log, told, follower, inner } = await setUp({ delayMs: 30 })
  const following = log.follow(follower)
  await clock.advanceAsync(30)
  await following
  for (let count = 0; count < 50; count++) {
    await inner.append([ALL])
    clock.advance(1)
  }
  expect(told.length).toBeLessThan(50)
  clock.advance(30)
  expect(told).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
})

test('a record that is lost interrupts the follower in its place', async () => {
  const { log, inner, told, follower } = await setUp({ loseRate: 0.5 })
  await log.follow(follower)
  for (let count = 0; count < 100; count++) await inner.append([ALL])
  expect(told).toHaveLength(100)
  const interruptions = told.filter((each) => each === 'interrupted').length
  expect(interruptions).toBeGreaterThan(30)
  expect(interruptions).toBe(log.counts.dropped)
  expect(told.every((each, index) => each === 'interrupted' || each === index + 1)).toBe(true)
})

test('a gap is told to nobody', async () => {
  const { log, inner, told, follower } = await setUp({ gapRate: 0.5 })
  await log.follow(follower)
  for (let count = 0; count < 100; count++) await inner.append([ALL])
  expect(told).not.toContain('interrupted')
  expect(told).toHaveLength(100 - log.counts.dropped)
  expect(log.counts.dropped).toBeGreaterThan(30)
})

test('while it is down calls reject and deliveries are lost; coming up interrupts the followers', async () => {
  const { log, inner, told, follower } = await setUp()
  await log.follow(follower)
  log.down()
  await expect(log.append([ALL])).rejects.toThrow('because `down()` was called')
  await inner.append([ALL])
  expect(told).toEqual([])
  log.up()
  await log.append([ALL])
  expect(told).toEqual(['interrupted', 2])
})

test('following that fails leaves no follower behind', async () => {
  const { log, inner, told, follower } = await setUp({ failRate: 1 })
  for (let count = 0; count < 20; count++)
    await expect(log.follow(follower)).rejects.toThrow('`follow` was made to fail')
  expect(inner.followers.size).toBe(0)
  await inner.append([ALL])
  expect(told).toEqual([])
})

test('stop and close end what is under way', async () => {
  for (const end of ['stop', 'close'] as const) {
    const { clock, log, inner, told, follower } = await setUp({ delayMs: 30 })
    const following = log.follow(follower)
    await clock.advanceAsync(30)
    const subscription = await following
    for (let count = 0; count < 10; count++) await inner.append([ALL])
    const before = told.length
    if (end === 'stop') subscription.stop()
    else await log.close()
    clock.advance(1_000)
    expect(told).toHaveLength(before)
    expect(clock.pending).toBe(0)
  }
})
