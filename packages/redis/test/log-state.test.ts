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

test.each([
  ['hq:later', '12', 'a kind of scope that a later version wrote', 12],
  ['?x:a*', '12', 'a strength that a later version wrote', 12],
  ['hx:a*', 'damaged', 'a damaged position', Number(POSITION)],
])('%s at %s, %s, is read as the most that it can mean', async (field, position, _, expected) => {
  const replies: Record<string, string> = { e: 'epoch', p: POSITION, q1: field, [field]: position }
  const state = await readState(async (fields) => fields.map((name) => replies[name] ?? null))
  const positions = await positionsIn(state!)
  expect(positions.hardAt('any', [], 0)).toBe(expected)
})

test('a damaged cell in a row of the right length counts as raised', async () => {
  const row = 'damaged digits!!'.repeat(32)
  const state = await readState(async (fields) =>
    fields.map((name) => (name === 'e' ? 'epoch' : name === 'p' ? POSITION : /^[hs]\d+$/.test(name) ? row : null)),
  )
  const positions = await positionsIn(state!)
  expect(positions.hardAt('key', ['tag'], 0)).toBe(Number(POSITION))
  expect(positions.softAt('key', ['tag'], 0)).toBe(Number(POSITION))
})

test.each(['F', 'G', 'p'])('a state whose `%s` is damaged is not taken in', async (field) => {
  const replies: Record<string, string> = { e: 'epoch', p: POSITION, [field]: 'damaged' }
  expect(await readState(async (fields) => fields.map((name) => replies[name] ?? null))).toBeUndefined()
})
