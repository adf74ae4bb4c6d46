import { expect, test } from 'vitest'
import { ScheduleError, type Scheduler, exhaust } from '../src/index.ts'

test('every order of the turns is tried once', async () => {
  const orders = new Set<string>()
  const result = await exhaust(async (scheduler) => {
    const log: string[] = []
    for (const task of ['a', 'b']) {
      scheduler.spawn(task, async () => {
        await scheduler.turn(task)
        log.push(task)
      })
    }
    await scheduler.run()
    orders.add(scheduler.trace.join())
  })
  // Two tasks of two turns each: 4! / (2! 2!) ways to shuffle them together.
  expect(result).toEqual({ orders: 6, complete: true })
  expect(orders.size).toBe(6)
})

test('the bound ends the search, and the result says so', async () => {
  const scenario = async (scheduler: Scheduler): Promise<void> => {
    for (const task of ['a', 'b', 'c']) scheduler.spawn(task, () => scheduler.turn(task))
    await scheduler.run()
  }
  expect(await exhaust(scenario, { maxOrders: 10 })).toEqual({ orders: 10, complete: false })
  expect(await exhaust(scenario)).toEqual({ orders: 90, complete: true })
})

test('the one order that breaks a scenario is found and printed', async () => {
  const found = exhaust(async (scheduler) => {
    let balance = 100
    const withdraw = async (): Promise<void> => {
      const seen = balance
      await scheduler.turn('withdraw')
      balance = seen - 10
    }
    scheduler.spawn('one', withdraw)
    scheduler.spawn('other', withdraw)
    await scheduler.run()
    if (balance !== 80) throw new Error(`balance is ${balance}`)
  })
  await expect(found).rejects.toThrow(ScheduleError)
  await expect(found).rejects.toThrow(/balance is 90\n.*createScheduler\(\{ choices: \[0, 0, 0, 0\] \}\)/)
})

test('a deadlock in one order only is found', async () => {
  await expect(
    exhaust(async (scheduler) => {
      let locked = false
      scheduler.spawn('one', async () => {
        locked = true
        await scheduler.turn('holding the lock')
        locked = false
      })
      scheduler.spawn('other', async () => {
        if (locked) await new Promise(() => {})
      })
      await scheduler.run()
    }),
  ).rejects.toThrow('Deadlock: nothing waits for a turn, but tasks have not ended: other.')
})
