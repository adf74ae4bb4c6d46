import { createFakeClock } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { WriteWindow } from '../src/store/write-window.ts'

/** A window whose tasks the test runs. */
function windowOf() {
  const clock = createFakeClock()
  const tasks: (() => void)[] = []
  const sent: number[] = []
  const window = new WriteWindow<number>({
    clock,
    windowMs: 50,
    isHidden: () => false,
    nextTask: (task) => void tasks.push(task),
    send: async (items) => void sent.push(items.length),
  })
  const add = (count: number): void => void window.add(Array.from({ length: count }, (_, index) => index))
  const task = (): void => tasks.shift()?.()
  return { add, task, tasks, sent, clock, window }
}

describe('a window of writes', () => {
  test('few wait for its end', () => {
    const { add, tasks, sent, clock } = windowOf()
    add(99)
    clock.advance(49)
    expect([tasks.length, sent]).toEqual([0, []])
    clock.advance(1)
    expect(sent).toEqual([99])
  })

  test('many wait until a task passes in which no more have come', () => {
    const { add, task, tasks, sent } = windowOf()
    add(200)
    add(200)
    task()
    expect(sent).toEqual([])
    add(100)
    task()
    expect(sent).toEqual([])
    task()
    expect([sent, tasks.length]).toEqual([[500], 0])
  })

  test('too many wait for nobody', () => {
    const { add, task, sent } = windowOf()
    add(200)
    for (let slice = 0; slice < 5; slice++) {
      add(200)
      task()
    }
    expect(sent).toEqual([1_200])
  })

  test('those of before are not sent again', () => {
    const { add, task, sent, window } = windowOf()
    add(150)
    window.send()
    add(1)
    task()
    expect(sent).toEqual([150])
  })
})
