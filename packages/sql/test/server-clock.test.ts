import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { ServerClock } from '../src/server-clock.ts'

/** A server whose clock is an hour ahead, and takes as long to answer as the test says. */
function make() {
  const clock = createFakeClock()
  const asked: ReturnType<typeof deferred<number>>[] = []
  const context = { name: 'c', clock, elapsed: () => clock.monotonic(), evicted: () => {}, fault: () => {} }
  const server = new ServerClock(context, () => {
    const answer = deferred<number>()
    asked.push(answer)
    return answer.promise
  })
  return { clock, server, asked, serverNow: () => clock.monotonic() + 3_600_000 }
}

test('an instant is never taken for a later one, however long the answer took', async () => {
  const { clock, server, asked, serverNow } = make()
  const ready = server.ready()
  clock.advance(30)
  const read = serverNow()
  clock.advance(50)
  asked[0]?.resolve(read)
  await ready
  const at = clock.monotonic()
  // To the server: its true time, less the way back. From the server: less the way there and back, and a millisecond.
  expect(server.toStore(at)).toBe(serverNow() - 50)
  expect(server.fromStore(serverNow())).toBe(at - 31)
  expect(server.fromStore(server.toStore(at))).toBe(at - 81)
})

test('the time is asked for once, by all who wait, and again when that failed', async () => {
  const { server, asked, serverNow } = make()
  const waiting = [server.ready(), server.ready()]
  expect(asked).toHaveLength(1)
  asked[0]?.reject(new Error('down'))
  for (const one of waiting) await expect(one).rejects.toThrow('down')
  const again = server.ready()
  asked[1]?.resolve(serverNow())
  await again
  await server.ready()
  expect(asked).toHaveLength(2)
})

test('clocks drift apart, so an old offset is renewed while it serves on', async () => {
  const { clock, server, asked, serverNow } = make()
  const ready = server.ready()
  asked[0]?.resolve(serverNow())
  await ready
  clock.advance(30_000)
  await server.ready()
  expect(asked).toHaveLength(1)
  clock.advance(1)
  await server.ready()
  expect(asked).toHaveLength(2)
  asked[1]?.resolve(serverNow() + 7)
  await flush()
  expect(server.toStore(clock.monotonic())).toBe(serverNow() + 7)
})

test('what was stored before the clock was set back is of no known age, and counts as dead', async () => {
  const { clock, server, asked, serverNow } = make()
  const ready = server.ready()
  asked[0]?.resolve(serverNow())
  await ready
  const storedAt = server.toStore(clock.monotonic())
  expect(server.fromStore(storedAt)).toBeLessThanOrEqual(clock.monotonic())
  clock.advance(30_001)
  await server.ready()
  asked[1]?.resolve(serverNow() - 3_600_000)
  await flush()
  expect(server.fromStore(storedAt)).toBe(Number.NEGATIVE_INFINITY)
  const storedNow = server.toStore(clock.monotonic())
  expect(server.fromStore(storedNow)).toBeGreaterThan(clock.monotonic() - 1_000)
})
