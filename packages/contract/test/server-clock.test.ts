import { expect, test } from 'vitest'
import { ServerClock } from '../src/index.ts'

const HOUR_MS = 3_600_000

/** A server whose clock is ahead, on a timeline that the test moves. */
function make({ stepMs }: { readonly stepMs?: number } = {}) {
  const state = { now: 0, aheadMs: HOUR_MS }
  const asked: { readonly resolve: (serverMs: number) => void; readonly reject: (error: Error) => void }[] = []
  const clock = new ServerClock({
    elapsed: () => state.now,
    ask: () => new Promise((resolve, reject) => void asked.push({ resolve, reject })),
    stepMs,
  })
  const serverNow = (): number => state.now + state.aheadMs
  return { state, clock, asked, serverNow }
}

/** Lets promise callbacks run. */
const flush = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('an instant is never taken for a later one, however long the reply took', async () => {
  const { state, clock, asked, serverNow } = make({ stepMs: 1 })
  const ready = clock.ready()
  state.now += 30
  const read = serverNow()
  state.now += 50
  asked[0]?.resolve(read)
  await ready
  // To the server: its true time, less the way back. From the server: less the way there and back, and a step.
  expect(clock.toServer(state.now)).toBe(serverNow() - 50)
  expect(clock.fromServer(serverNow())).toBe(state.now - 31)
  expect(clock.fromServer(clock.toServer(state.now))).toBe(state.now - 81)
})

test('an instant is never of the future', async () => {
  const { state, clock, serverNow } = make()
  await clock.timed(async () => serverNow(), Number)
  expect(clock.fromServer(serverNow() + 5)).toBe(state.now)
})

test('a reply that brings the time along is a sample', async () => {
  const { state, clock, serverNow } = make()
  const reply = await clock.timed(
    async () => {
      state.now += 10
      return { at: serverNow() }
    },
    ({ at }) => at,
  )
  expect(clock.ready()).toBeUndefined()
  expect(reply).toEqual({ at: serverNow() })
  expect(clock.fromServer(serverNow())).toBe(state.now - 10)
})

test('the time is asked for once, by all that wait, and again when that failed', async () => {
  const { clock, asked, serverNow } = make()
  const waiting = [clock.ready(), clock.ready()]
  expect(asked).toHaveLength(1)
  asked[0]?.reject(new Error('down'))
  for (const one of waiting) await expect(one).rejects.toThrow('down')
  const again = clock.ready()
  asked[1]?.resolve(serverNow())
  await again
  expect(clock.ready()).toBeUndefined()
  expect(asked).toHaveLength(2)
})

test('clocks drift apart, so an old offset is renewed while it serves on, also after a renewal that failed', async () => {
  const { state, clock, asked, serverNow } = make()
  const ready = clock.ready()
  asked[0]?.resolve(serverNow())
  await ready
  state.now += 30_000
  expect(clock.ready()).toBeUndefined()
  expect(asked).toHaveLength(1)
  state.now += 1
  expect(clock.ready()).toBeUndefined()
  asked[1]?.reject(new Error('down'))
  await flush()
  expect(clock.ready()).toBeUndefined()
  state.aheadMs += 7
  asked[2]?.resolve(serverNow())
  await flush()
  expect(clock.toServer(state.now)).toBe(serverNow())
})

test('what was stored before the clock was set back is of an unknown age', async () => {
  const { state, clock, serverNow } = make()
  await clock.timed(async () => serverNow(), Number)
  const storedAt = clock.toServer(0)
  state.now += 1_000
  state.aheadMs -= HOUR_MS
  await clock.timed(async () => serverNow(), Number)
  expect(clock.fromServer(storedAt)).toBe(Number.NEGATIVE_INFINITY)
  // A step that only keeps it in time.
  expect(clock.fromServer(serverNow() + 500)).toBe(1_000)
})

test('what is of before the last look at the timeline takes no other', () => {
  let looks = 0
  const clock = new ServerClock({ elapsed: () => ++looks * 1_000, ask: async () => 0 })
  clock.sample({ serverMs: 5_000, sentAt: 500 })
  looks = 1
  expect([clock.fromServer(6_500), looks]).toEqual([2_000, 2])
  expect([clock.fromServer(6_000), clock.fromServer(1_000), looks]).toEqual([1_500, -3_500, 2])
})
