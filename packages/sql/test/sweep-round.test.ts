import { expect, test } from 'vitest'
import { createRound } from '../src/sweep-round.ts'

/** A table of so many rows, and what was done to it. */
function make(table: { expired: number; excess: number; ours?: boolean }) {
  const calls: string[] = []
  const round = createRound({
    async claim() {
      calls.push('claim')
      return table.ours ?? true
    },
    async expired() {
      calls.push('expired')
      table.expired = Math.max(0, table.expired - 500)
      return table.expired > 0
    },
    async excess() {
      calls.push('excess')
      return table.excess
    },
    async evict(count) {
      calls.push(`evict ${count}`)
      table.excess -= count
    },
  })
  return { round, calls }
}

test('a round is claimed once, takes what has expired first, and evicts no more than is too much', async () => {
  const { round, calls } = make({ expired: 900, excess: 1_200 })
  for (let batch = 0; batch < 3; batch++) expect(await round()).toBe(true)
  expect(await round()).toBe(false)
  expect(calls).toEqual([
    ...['claim', 'expired', 'expired', 'excess', 'evict 500'],
    ...['expired', 'evict 500', 'expired', 'evict 200'],
  ])
  expect(await round()).toBe(false)
  expect(calls.slice(-3)).toEqual(['claim', 'expired', 'excess'])
})

test('nothing is touched when it is the turn of another process', async () => {
  const { round, calls } = make({ expired: 900, excess: 0, ours: false })
  expect(await round()).toBe(false)
  expect(calls).toEqual(['claim'])
})

test('after a failure the next round begins with a claim', async () => {
  let fails = true
  const calls: string[] = []
  const round = createRound({
    claim: async () => calls.push('claim') > 0,
    async expired() {
      if (fails) throw new Error('failed')
      return false
    },
    excess: async () => 0,
    evict: async () => {},
  })
  await expect(round()).rejects.toThrow('failed')
  fails = false
  expect(await round()).toBe(false)
  expect(calls).toEqual(['claim', 'claim'])
})
