import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRedis } from '../../../../scripts/redis-server.ts'
import { hotpath } from '../../src/races/peers/hotpath.ts'
import { RACES, type Race } from '../../src/races/race-list.ts'
import { type Ground, run } from '../../src/races/run.ts'
import { naive } from './naive.ts'

/** What the races find in the naive cache. A race that always passed would not be in this list. */
const FAULTS: Readonly<Record<string, string>> = {
  'invalidate by tag during a load': 'stale',
  'invalidate by key during a load': 'stale',
  'join an outdated load, by tag': 'stale',
  'join an outdated load, by key': 'stale',
  'failing loader, 10 waiters': 'fail',
  'stampede through two handles': 'fail',
  'falsy values in memory': 'fail',
  'falsy values through Redis': 'fail',
  'types through Redis': 'fail',
  'concurrent invalidations of a tag': 'stale',
  'lost message, by key': 'stale',
  'record evicted after invalidating': 'stale',
  'clear, two nodes': 'stale',
  'clear during a load elsewhere': 'stale',
}

let server: Awaited<ReturnType<typeof startRedis>>
let ground: Ground

beforeAll(async () => {
  server = await startRedis()
  // Errors that nobody catches fail the test run by themselves.
  const nextStray = (): Promise<never> => new Promise(() => {})
  ground = { admin: new Redis(server.url), url: server.url, rounds: 1, nextStray }
})

afterAll(() => {
  ground.admin.disconnect()
  server.stop()
})

describe('Hotpath passes', () => {
  it.each(RACES.filter(({ needs }) => !needs.includes('serializer')))('$name', { timeout: 30_000 }, async (race) => {
    expect(await run(race, hotpath, ground)).toEqual({ verdict: 'pass', reason: '' })
  })
})

describe('a naive cache does not pass', () => {
  it.each(Object.entries(FAULTS))('%s', { timeout: 30_000 }, async (name, verdict) => {
    const race = RACES.find((each) => each.name === name) as Race
    expect(await run(race, naive, ground)).toMatchObject({ verdict })
  })
})
