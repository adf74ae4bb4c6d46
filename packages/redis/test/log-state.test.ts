import { expect, test } from 'vitest'
import { positionsIn, readState } from '../src/log-state.ts'

const POSITION = '1795903587445001'

/** The replies of a server on which every cell has been raised. */
async function readFields(fields: readonly string[]): Promise<(string | null)[]> {
  return fields.map((name) => {
    if (name === 'e') return 'epoch'
    if (name === 'p') return POSITION
    return /^[hs]\d+$/.test(name) ? POSITION.repeat(32) : null
  })
}

test('a full table is taken in some rows at a time, and others have their turn between', async () => {
  const state = await readState(readFields)
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const positions = await positionsIn(state!)
  isOver = true
  expect(turns).toBeGreaterThan(20)
  expect(positions.hardAt('key', ['tag'], 0)).toBe(Number(POSITION))
  expect(positions.softAt('key', ['tag'], 0)).toBe(Number(POSITION))
})
