import { describe, expect, test } from 'vitest'
import { OwnRecords } from '../src/shared/log/own-records.ts'

const START = { epoch: 'e', position: 0 }

describe('own records', () => {
  test('are those up to the position of an append, as many as it had', () => {
    const records = new OwnRecords()
    records.acknowledged(3, { epoch: 'e', position: 9 }, START)
    const own = [6, 7, 8, 9, 10].filter((position) => records.has({ epoch: 'e', position }))
    expect(own).toEqual([7, 8, 9])
    expect(records.has({ epoch: 'other', position: 8 })).toBe(false)
  })

  test('a thousand appends are awaited; beyond it the oldest are forgotten', () => {
    const records = new OwnRecords()
    for (let position = 1; position <= 1_001; position++) records.acknowledged(1, { epoch: 'e', position }, START)
    expect(records.has({ epoch: 'e', position: 1 })).toBe(false)
    expect(records.has({ epoch: 'e', position: 1_001 })).toBe(true)
  })

  test('those that have come are forgotten before others', () => {
    const records = new OwnRecords()
    for (let position = 1; position <= 1_000; position++) records.acknowledged(1, { epoch: 'e', position }, START)
    records.acknowledged(1, { epoch: 'e', position: 1_001 }, { epoch: 'e', position: 600 })
    expect(records.has({ epoch: 'e', position: 601 })).toBe(true)
    expect(records.has({ epoch: 'e', position: 600 })).toBe(false)
  })
})
