import { deferred } from '@hotpath/testkit'
import { expect, it } from 'vitest'
import { LogBound } from '../src/store/log-bound.ts'

const mark = (position: number, epoch = 'one') => ({ epoch, position })
const entry = (asOf: number, epoch = 'one') => ({ epoch, asOf })

it('asks where the log is for what is later than it was, and not for the rest', async () => {
  let [position, asked] = [5, 0]
  const bound = new LogBound(async () => {
    asked++
    return mark(position)
  })
  expect(await bound.includes(entry(5))).toBe(true)
  expect(await bound.includes(entry(4))).toBe(true)
  expect(asked).toBe(1)
  expect(await bound.includes(entry(6))).toBe(false)
  position = 6
  expect(await bound.includes(entry(6))).toBe(true)
})

it('does not ask about what it has heard that the log has reached, in any order', async () => {
  let asked = 0
  const bound = new LogBound(async () => (asked++, mark(7)))
  for (const position of [6, 4]) bound.reached(mark(position))
  expect([await bound.includes(entry(6)), asked]).toEqual([true, 0])
  expect([await bound.includes(entry(7)), asked]).toEqual([true, 1])
  bound.reached(mark(1, 'two'))
  expect([await bound.includes(entry(1, 'two')), asked]).toEqual([true, 1])
  expect([await bound.includes(entry(9)), asked]).toEqual([false, 3])
})

it('asks again where it was asked before an entry was stored', async () => {
  const heads = [deferred<ReturnType<typeof mark>>(), deferred<ReturnType<typeof mark>>()]
  let asked = 0
  const bound = new LogBound(() => heads[asked++]?.promise ?? Promise.reject(new Error('asked too often')))
  const earlier = bound.includes(entry(1))
  const later = bound.includes(entry(2))
  heads[0]?.resolve(mark(1))
  heads[1]?.resolve(mark(2))
  expect([await earlier, await later]).toEqual([true, true])
  expect(asked).toBe(2)
})

it('leaves what is of another log, or of one that cannot be read, to others', async () => {
  const other = new LogBound(async () => mark(5, 'two'))
  expect(await other.includes(entry(9))).toBe(true)
  const broken = new LogBound(() => Promise.reject(new Error('away')))
  expect(await broken.includes(entry(9))).toBe(true)
})
