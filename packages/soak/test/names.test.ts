import { encodeKey } from '@hotpath/contract'
import { cellsOf } from '@hotpath/core/log'
import { expect, test } from 'vitest'
import { KEYS, MAX_BATCH, STORM_TAGS, TAGS, controlKey, fillerKey, keptKeys, stormTag } from '../src/names.ts'

const WORKERS = 4

test('entries that have to be there have a cell of the log that nothing else of the soak raises', () => {
  const kept = Array.from({ length: WORKERS }, (_, worker) => keptKeys(worker, WORKERS))
  const others = [
    ...[...KEYS, ...kept.flat()].map((key) => cellsOf('key', key)),
    ...Array.from({ length: MAX_BATCH }, (_, n) => cellsOf('key', encodeKey(fillerKey(n)))),
    ...Array.from({ length: WORKERS }, (_, n) => cellsOf('key', encodeKey(controlKey(n)))),
    ...Array.from({ length: STORM_TAGS }, (_, n) => cellsOf('tag', stormTag(n))),
    ...Array.from({ length: TAGS }, (_, n) => cellsOf('tag', `tag${n}`)),
  ]
  const uses = new Map<number, number>()
  for (const cell of others.flat()) uses.set(cell, (uses.get(cell) ?? 0) + 1)
  for (const keys of kept) {
    expect(keys).toHaveLength(12)
    for (const key of keys) expect(cellsOf('key', key).some((cell) => uses.get(cell) === 1)).toBe(true)
  }
  expect(new Set(kept.flat()).size).toBe(WORKERS * 12)
})
