import { createFakeClock } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { batch } from '../src/index.ts'
import { settled } from './settled.ts'

const throws = (): never => {
  throw new Error('when threw')
}

test('a list of keys that throws while it is read begins no load, which nobody would wait for', async () => {
  const clock = createFakeClock()
  const asked: number[] = []
  const rows = batch(
    async (ids: readonly number[]): Promise<number[]> => {
      asked.push(...ids)
      throw new Error('down')
    },
    { clock },
  )
  function* ids(): Generator<number> {
    yield 1
    throw new Error('list threw')
  }
  await expect(rows.loadMany(ids())).rejects.toThrow('list threw')
  await clock.advanceAsync(100_000)
  expect(asked).toEqual([])
})

describe('a `retry.when` of a batch that throws', () => {
  test('fails the key whose error it was asked about', async () => {
    const clock = createFakeClock()
    const rows = batch(async (ids: readonly number[]) => ids.map(() => new Error('bad')), {
      clock,
      retry: { when: throws },
    })
    const one = settled(rows.load(1))
    await clock.advanceAsync(100_000)
    expect(one.state).toBe('failed when threw')
  })

  test('fails a whole batch, and gives back its place', async () => {
    const clock = createFakeClock()
    const options = { clock, concurrency: 1, retry: { when: throws } }
    const rows = batch(async (ids: readonly number[]) => {
      if (ids.includes(1)) throw new Error('down')
      return [...ids]
    }, options)
    const [one, two] = [settled(rows.load(1)), settled(rows.load(2))]
    await clock.advanceAsync(100_000)
    const three = settled(rows.load(3))
    await clock.advanceAsync(100_000)
    expect([one.state, two.state, three.state]).toEqual(['failed when threw', 'failed when threw', 'answered 3'])
  })
})

test('a `random` of a batch that throws fails the keys that were to be loaded again', async () => {
  const clock = createFakeClock()
  const down = async (): Promise<number[]> => {
    throw new Error('down')
  }
  const rows = batch(down, { clock, retry: { random: throws } })
  const one = settled(rows.load(1))
  await clock.advanceAsync(100_000)
  expect(one.state).toBe('failed when threw')
})
