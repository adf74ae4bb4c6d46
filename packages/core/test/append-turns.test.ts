import type { Invalidation, Mark, Scope } from '@hotpath/contract'
import { type Deferred, createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createMemoryLog } from './core.ts'
import { AppendTurns } from '../src/shared/log/append-turns.ts'

const hard = (scope: Scope): Invalidation => ({ scope, strength: 'hard' })
const ofKey = (key: string): Invalidation => hard({ type: 'key', key })
const ofTag = (tag: string): Invalidation => hard({ type: 'tag', tag })

/** A log whose answers and a clock whose turns the test ends. */
function turnsOf({ maxRecords = 4 } = {}) {
  const fake = createFakeClock()
  const ends: (() => void)[] = []
  const asked: string[][] = []
  const answers: Deferred<Mark>[] = []
  const append = (invalidations: readonly Invalidation[]): Promise<Mark> => {
    asked.push(invalidations.map(({ scope }) => Object.values(scope).slice(1).join() || scope.type))
    const answer = deferred<Mark>()
    answers.push(answer)
    return answer.promise
  }
  const clock = { ...fake, endOfTurn: (end: () => void) => void ends.push(end) }
  const turns = new AppendTurns({ append, clock, maxRecords, limitMs: 5_000 })
  const marks: (number | string)[] = []
  const call = (...batch: Invalidation[]): void => {
    const index = marks.push('waits') - 1
    Promise.resolve(turns.append(batch)).then(
      ({ position }) => (marks[index] = position),
      (error: Error) => (marks[index] = error.message),
    )
  }
  const endTurn = (): void => {
    for (const end of ends.splice(0)) end()
  }
  const answer = async (index: number): Promise<void> => {
    answers[index]?.resolve({ epoch: 'e', position: (index + 1) * 10 })
    await flush()
  }
  return { turns, call, asked, answers, answer, endTurn, marks, fake }
}

describe('appends of one turn', () => {
  test('the first goes at once, the others together when the turn ends, each with the mark of its step', async () => {
    const { call, asked, answer, endTurn, marks } = turnsOf()
    for (const key of ['a', 'b', 'c']) call(ofKey(key))
    expect(asked).toEqual([['a']])
    endTurn()
    expect(asked).toEqual([['a'], ['b', 'c']])
    await answer(1)
    await answer(0)
    expect(marks).toEqual([10, 20, 20])
  })

  test('one by itself in the next turn waits for nothing, whatever is under way', () => {
    const { call, asked, endTurn } = turnsOf()
    call(ofKey('a'))
    endTurn()
    call(ofKey('b'))
    expect(asked).toEqual([['a'], ['b']])
  })

  test('what is too much for one step goes in several, in order, each after the one before', async () => {
    const { call, asked, answer, endTurn, marks } = turnsOf({ maxRecords: 2 })
    for (const key of ['a', 'b', 'c', 'd', 'e']) call(ofKey(key))
    endTurn()
    // In the next turn something waits already.
    call(ofTag('t'))
    endTurn()
    expect(asked).toEqual([['a'], ['b', 'c']])
    await answer(1)
    await answer(2)
    await answer(3)
    expect(asked).toEqual([['a'], ['b', 'c'], ['d', 'e'], ['t']])
    call(ofKey('f'))
    expect(asked).toHaveLength(5)
    expect(marks.slice(1)).toEqual([20, 20, 30, 30, 40, 'waits'])
  })

  test('nothing of a step concerns what was claimed earlier in it', async () => {
    const { call, asked, answer, endTurn } = turnsOf({ maxRecords: 100 })
    call(ofTag('first'))
    call(ofTag('t'), ofTag('u'))
    call(ofKey('a'))
    call(ofKey('b'), ofKey('c'))
    call(ofKey('b'))
    call(ofTag('t'))
    call(hard({ type: 'all' }))
    endTurn()
    for (let index = 1; index < 4; index++) await answer(index)
    expect(asked.slice(1)).toEqual([['t', 'u', 'a', 'b', 'c'], ['b'], ['t', 'all']])
  })

  test('a step that fails takes along what was called for later, and nothing after that', async () => {
    const { call, asked, answers, answer, endTurn, marks } = turnsOf({ maxRecords: 2 })
    for (const key of ['a', 'b', 'c', 'd']) call(ofKey(key))
    endTurn()
    answers[1]?.reject(new Error('away'))
    await flush()
    expect(marks).toEqual(['waits', 'away', 'away', 'away'])
    call(ofKey('e'))
    await answer(2)
    expect([asked.at(-1), marks.at(-1)]).toEqual([['e'], 30])
  })

  test('one that is never answered fails after its time, and so does what waits for it', async () => {
    const { call, endTurn, marks, fake } = turnsOf({ maxRecords: 1 })
    for (const key of ['a', 'b', 'c']) call(ofKey(key))
    endTurn()
    await fake.advanceAsync(5_000)
    // A loop that stood still reads first what has arrived meanwhile.
    endTurn()
    await flush()
    expect(marks).toEqual(Array.from({ length: 3 }, () => 'no response in time'))
    expect([fake.pending, fake.held]).toEqual([0, 0])
  })

  test('P17: closing ends all of them', async () => {
    const { turns, call, endTurn, marks, fake } = turnsOf({ maxRecords: 1 })
    for (const key of ['a', 'b', 'c']) call(ofKey(key))
    endTurn()
    turns.close()
    await flush()
    expect(marks.includes('waits')).toBe(false)
    expect([fake.pending, fake.held]).toEqual([0, 0])
  })

  test('a log without promises is appended to within the call', () => {
    const { append } = createMemoryLog()
    const limits = { maxRecords: 10, limitMs: 5_000 }
    const turns = new AppendTurns({ append: (records) => append(records), clock: createFakeClock(), ...limits })
    const marks = ['a', 'b'].map((key) => turns.append([ofKey(key)]) as Mark)
    expect(marks.map(({ position }) => position)).toEqual([1, 2])
  })

  test('callers of a step go on some at a time, in the order of their calls, where a turn has no end that shows', async () => {
    const tasks: (() => void)[] = []
    const answers: Deferred<Mark>[] = []
    const append = (): Promise<Mark> => {
      const answer = deferred<Mark>()
      answers.push(answer)
      return answer.promise
    }
    const turns = new AppendTurns({
      append,
      clock: createFakeClock(),
      maxRecords: 500,
      limitMs: 5_000,
      nextTask: (task) => void tasks.push(task),
    })
    const order: number[] = []
    for (let index = 0; index < 1_001; index++)
      Promise.resolve(turns.append([ofKey(`${index}`)])).then(
        () => order.push(index),
        () => order.push(-index),
      )
    await flush()
    const end = async (index: number): Promise<void> => {
      answers[index]?.resolve({ epoch: 'e', position: index })
      await flush()
    }
    await end(0)
    await end(1)
    expect([order.length, tasks.length]).toEqual([201, 1])
    // The next step has ended too, and waits behind those.
    answers[2]?.reject(new Error('away'))
    await flush()
    const seen: number[] = []
    while (tasks.length > 0) {
      tasks.shift()?.()
      await flush()
      seen.push(order.length)
    }
    expect(seen).toEqual([401, 601, 801, 1_001])
    expect(order).toEqual(Array.from({ length: 1_001 }, (_, index) => (index <= 500 ? index : -index)))
  })
})
