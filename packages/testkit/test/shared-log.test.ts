import type { Invalidation, LogFollower, LogRecord } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import { createSharedLog, logCases } from '../src/index.ts'
import { createModelLog } from './model-log.ts'

const ALL: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

function createListener(): LogFollower & { records: LogRecord[]; interruptions: number } {
  const listener = {
    records: [] as LogRecord[],
    interruptions: 0,
    record: (record: LogRecord) => void listener.records.push(record),
    interrupted: () => void listener.interruptions++,
  }
  return listener
}

describe('a handle of a shared log keeps the contract of logs: it', () => {
  for (const { name, run } of logCases({ open: () => createSharedLog(createModelLog).connect() })) test(name, run)
})

test('what one node appends another is told', async () => {
  const shared = createSharedLog(createModelLog)
  const [one, other] = [shared.connect(), shared.connect()]
  const listener = createListener()
  await other.follow(listener)
  await one.append([ALL])
  expect(listener.records).toHaveLength(1)
  expect(await other.head()).toEqual(await one.head())
})

test('a node that closes harms no other', async () => {
  const shared = createSharedLog(createModelLog)
  const [one, other] = [shared.connect(), shared.connect()]
  const [closed, open] = [createListener(), createListener()]
  await one.follow(closed)
  await other.follow(open)
  await one.close()
  await other.append([ALL])
  expect([closed.records.length, open.records.length]).toEqual([0, 1])
})

test('a log that lost its state begins another epoch, and interrupts who follows it', async () => {
  const shared = createSharedLog(createModelLog)
  const log = shared.connect()
  const [listener, stopped] = [createListener(), createListener()]
  await log.follow(listener)
  const subscription = await log.follow(stopped)
  subscription.stop()
  const before = await log.append([ALL, ALL])
  shared.replace()
  expect([listener.interruptions, stopped.interruptions]).toEqual([1, 0])
  const after = await log.append([ALL])
  expect(after.epoch).not.toBe(before.epoch)
  expect(listener.records.at(-1)).toMatchObject({ ...after })
  expect(listener.records).toHaveLength(3)
})

test('who stops after a replacement is told nothing more', async () => {
  const shared = createSharedLog(createModelLog)
  const log = shared.connect()
  const listener = createListener()
  const subscription = await log.follow(listener)
  shared.replace()
  subscription.stop()
  await log.append([ALL])
  expect(listener.records).toEqual([])
})
