import { expect, test } from 'vitest'
import { createFakeClock } from '../src/index.ts'

test('time stands still until it is advanced', () => {
  const clock = createFakeClock({ now: 5_000 })
  expect([clock.now(), clock.monotonic()]).toEqual([5_000, 0])
  clock.advance(250)
  expect([clock.now(), clock.monotonic()]).toEqual([5_250, 250])
})

test('timers fire in the order of their instants, then of their creation', () => {
  const clock = createFakeClock()
  const fired: string[] = []
  clock.after(20, () => fired.push('later'))
  clock.after(10, () => fired.push('first'))
  clock.after(10, () => fired.push('second'))
  clock.advance(20)
  expect(fired).toEqual(['first', 'second', 'later'])
})

test('a timer sees the time of its own instant', () => {
  const clock = createFakeClock({ now: 0 })
  const seen: number[] = []
  clock.after(10, () => seen.push(clock.now(), clock.monotonic()))
  clock.advance(1_000)
  expect(seen).toEqual([10, 10])
  expect(clock.monotonic()).toBe(1_000)
})

test('a timer does not fire a millisecond early', () => {
  const clock = createFakeClock()
  let fired = false
  clock.after(10, () => {
    fired = true
  })
  clock.advance(9)
  expect(fired).toBe(false)
  clock.advance(1)
  expect(fired).toBe(true)
})

test('timers that timers start fire in the same advance when they are due', () => {
  const clock = createFakeClock()
  const fired: number[] = []
  const again = (): void => {
    fired.push(clock.monotonic())
    clock.after(10, again)
  }
  clock.after(10, again)
  clock.advance(35)
  expect(fired).toEqual([10, 20, 30])
  expect(clock.pending).toBe(1)
})

test('a cancelled timer never fires, even when it is cancelled by one of the same instant', () => {
  const clock = createFakeClock()
  const fired: string[] = []
  let cancel = (): void => {}
  clock.after(10, () => cancel())
  cancel = clock.after(10, () => fired.push('cancelled'))
  expect(clock.pending).toBe(2)
  clock.advance(10)
  cancel()
  expect(fired).toEqual([])
  expect(clock.pending).toBe(0)
})

test('delays beyond 32 bits are kept exactly, and an endless one never fires', () => {
  const clock = createFakeClock()
  const fired: string[] = []
  const years = 365 * 24 * 3_600_000 * 20
  clock.after(years, () => fired.push('years'))
  clock.after(Number.POSITIVE_INFINITY, () => fired.push('never'))
  clock.advance(years - 1)
  expect(fired).toEqual([])
  clock.advance(1)
  expect(fired).toEqual(['years'])
  expect(clock.pending).toBe(0)
})

test('promise callbacks run between timers when time is advanced asynchronously', async () => {
  const clock = createFakeClock()
  const seen: string[] = []
  async function worker(): Promise<void> {
    await Promise.resolve()
    for (const step of ['one', 'two', 'three']) {
      await new Promise<void>((resolve) => void clock.after(10, resolve))
      await Promise.resolve()
      seen.push(`${step} at ${clock.monotonic()}`)
    }
  }
  void worker()
  await clock.advanceAsync(25)
  expect(seen).toEqual(['one at 10', 'two at 20'])
  await clock.advanceAsync(5)
  expect(seen).toEqual(['one at 10', 'two at 20', 'three at 30'])
})

test('advancing to the next timer goes exactly that far', () => {
  const clock = createFakeClock()
  clock.after(30, () => {})
  expect(clock.advanceToNext()).toBe(true)
  expect(clock.monotonic()).toBe(30)
  expect(clock.advanceToNext()).toBe(false)
  expect(clock.monotonic()).toBe(30)
})

test('a jump of the wall clock is not seen by monotonic time, nor by timers', () => {
  const clock = createFakeClock({ now: 100_000 })
  let fired = false
  clock.after(10, () => {
    fired = true
  })
  clock.jumpWall(-50_000)
  expect([clock.now(), clock.monotonic()]).toEqual([50_000, 0])
  clock.jumpWall(60_000)
  expect(clock.now()).toBe(110_000)
  expect(fired).toBe(false)
})

test('while the machine is suspended wall time passes, monotonic time stands still and timers wait', () => {
  const clock = createFakeClock({ now: 0 })
  const firedAt: number[] = []
  clock.after(10, () => firedAt.push(clock.now()))
  clock.suspend(60_000)
  expect([clock.now(), clock.monotonic()]).toEqual([60_000, 0])
  expect(firedAt).toEqual([])
  clock.advance(10)
  expect(firedAt).toEqual([60_010])
})

test('a timer that re-arms itself without delay is an error, not an endless loop', () => {
  const clock = createFakeClock()
  const again = (): void => void clock.after(0, again)
  again()
  expect(() => clock.advance(1)).toThrow('10000 timers fired at one instant')
})

test('spans that make no sense are refused', () => {
  const clock = createFakeClock()
  expect(() => clock.advance(-1)).toThrow('`ms` must be finite and not negative, received -1')
  expect(() => clock.advance(Number.POSITIVE_INFINITY)).toThrow('received Infinity')
  expect(() => clock.suspend(-1)).toThrow('`ms` must be finite and not negative')
  expect(() => clock.after(Number.NaN, () => {})).toThrow('`delayMs` must be a number of milliseconds, received NaN')
})

test('a hold counts until it is released, once', () => {
  const clock = createFakeClock()
  const first = clock.hold?.()
  const second = clock.hold?.()
  expect(clock.held).toBe(2)
  first?.()
  first?.()
  expect(clock.held).toBe(1)
  second?.()
  expect(clock.held).toBe(0)
})
