import { expect, test } from 'vitest'
import { type Scheduler, ScheduleError, createFakeClock, createScheduler } from '../src/index.ts'

function spawnWriters(scheduler: Scheduler, log: string[] = []): string[] {
  for (const writer of ['a', 'b', 'c']) {
    scheduler.spawn(writer, async () => {
      for (const step of [1, 2, 3]) {
        await scheduler.turn(`${writer}${step}`)
        log.push(`${writer}${step}`)
      }
    })
  }
  return log
}

async function failureOf(run: Promise<void>): Promise<ScheduleError> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ScheduleError)
  return error as ScheduleError
}

test('the same seed takes the same turns, other seeds take others', async () => {
  const traces = new Set<string>()
  for (let seed = 0; seed < 20; seed++) {
    const [one, again] = [createScheduler({ seed }), createScheduler({ seed })]
    spawnWriters(one)
    spawnWriters(again)
    await one.run()
    await again.run()
    expect(again.trace).toEqual(one.trace)
    traces.add(one.trace.join())
  }
  expect(traces.size).toBe(20)
})

test('the choices of a run replay it', async () => {
  const original = createScheduler({ seed: 7 })
  spawnWriters(original)
  await original.run()
  const replay = createScheduler({ choices: original.steps.map((step) => step.choice) })
  spawnWriters(replay)
  await replay.run()
  expect(replay.trace).toEqual(original.trace)
})

test('one turn is taken at a time, and each task takes its own in order', async () => {
  const scheduler = createScheduler({ seed: 3 })
  const log = spawnWriters(scheduler)
  await scheduler.run()
  expect(scheduler.trace.filter((label) => !label.endsWith('starts'))).toEqual(log)
  for (const writer of ['a', 'b', 'c']) {
    expect(log.filter((entry) => entry.startsWith(writer))).toEqual([1, 2, 3].map((step) => `${writer}${step}`))
  }
})

test('some seeds find a lost update, and it can be had again', async () => {
  async function count(seed: number): Promise<number> {
    const scheduler = createScheduler({ seed })
    let value = 0
    async function increment(): Promise<void> {
      const seen = value
      await scheduler.turn('between read and write')
      value = seen + 1
    }
    scheduler.spawn('one', increment)
    scheduler.spawn('other', increment)
    await scheduler.run()
    return value
  }
  const seeds = Array.from({ length: 20 }, (_, seed) => seed)
  const first = await Promise.all(seeds.map(count))
  expect(new Set(first)).toEqual(new Set([1, 2]))
  expect(await Promise.all(seeds.map(count))).toEqual(first)
})

test('a call takes a turn to arrive and one to be answered, also with an error', async () => {
  const scheduler = createScheduler({ choices: [] })
  const seen: unknown[] = []
  scheduler.spawn('client', async () => {
    seen.push(await scheduler.call('add', () => 1 + 1))
    seen.push(
      await scheduler.call('fail', () => Promise.reject(new Error('refused'))).catch((error: Error) => error.message),
    )
  })
  await scheduler.run()
  expect(seen).toEqual([2, 'refused'])
  expect(scheduler.trace).toEqual(['client starts', 'add asked', 'add answered', 'fail asked', 'fail answered'])
})

test('tasks give their results, and work that they leave behind is finished', async () => {
  const scheduler = createScheduler()
  const done: string[] = []
  const result = scheduler.spawn('task', async () => {
    void scheduler.turn('behind').then(() => done.push('behind'))
    return 42
  })
  await scheduler.run()
  expect(await result).toBe(42)
  expect(done).toEqual(['behind'])
})

test('a deadlock is an error that names who hangs and prints the trace and its seed', async () => {
  const scheduler = createScheduler({ seed: 11 })
  scheduler.spawn('waiter', async () => {
    await scheduler.turn('before the end')
    await new Promise(() => {})
  })
  const { message } = await failureOf(scheduler.run())
  expect(message).toContain('Deadlock: nothing waits for a turn, but tasks have not ended: waiter.')
  expect(message).toContain('createScheduler({ seed: 11 })')
  expect(message).toContain('  1. waiter starts\n  2. before the end')
})

test('a task that fails ends the run with its error as cause, and is no unhandled rejection', async () => {
  const scheduler = createScheduler()
  const cause = new Error('assertion')
  scheduler.spawn('faulty', async () => {
    await scheduler.turn('step')
    throw cause
  })
  const error = await failureOf(scheduler.run())
  expect(error.message).toContain('Task `faulty` failed: Error: assertion')
  expect(error.cause).toBe(cause)
})

test('when nothing waits, `idle` may let time pass', async () => {
  const clock = createFakeClock()
  const scheduler = createScheduler({ idle: () => clock.advanceToNext() })
  scheduler.spawn('sleeper', async () => {
    await new Promise<void>((resolve) => void clock.after(1_000, resolve))
    await scheduler.turn('awake')
  })
  await scheduler.run()
  expect(clock.monotonic()).toBe(1_000)
  expect(scheduler.trace).toEqual(['sleeper starts', 'awake'])
})

test('a loop without end is an error', async () => {
  const scheduler = createScheduler({ maxTurns: 50 })
  scheduler.spawn('loop', async () => {
    for (;;) await scheduler.turn('again')
  })
  expect((await failureOf(scheduler.run())).message).toContain('After 50 turns there is no end; tasks that run: loop.')
})

test('a clock that ticks forever while a task hangs is an error too', async () => {
  const clock = createFakeClock()
  const tick = (): void => void clock.after(1_000, tick)
  tick()
  const scheduler = createScheduler({ maxTurns: 50, idle: () => clock.advanceToNext() })
  scheduler.spawn('hanging', () => new Promise(() => {}))
  expect((await failureOf(scheduler.run())).message).toContain('there is no end; tasks that run: hanging.')
})

test('a choice that cannot be taken tells that the scenario differs', async () => {
  const scheduler = createScheduler({ choices: [5] })
  spawnWriters(scheduler)
  expect((await failureOf(scheduler.run())).message).toContain('Choice 5 cannot be taken, only 3 turns wait')
})
