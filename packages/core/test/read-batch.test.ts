import type { Entry } from '@hotpath/contract'
import { deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { ReadBatch } from '../src/read-batch.ts'
import { systemClock } from '../src/system-clock.ts'

/** A batch whose answers and ends of turns the test decides. */
function batch(groupOf?: (key: string) => number) {
  const asked: (readonly string[])[] = []
  const answers = [deferred<(Entry | undefined)[] | undefined>(), deferred<(Entry | undefined)[] | undefined>()]
  const turns: (() => void)[] = []
  const reads = new ReadBatch(
    { ...systemClock, endOfTurn: (callback) => void turns.push(callback) },
    (keys) => (answers[asked.push(keys) - 1] ?? deferred<undefined>()).promise,
    groupOf,
  )
  return { reads, asked, answers, turns }
}

const entry = (value: unknown): Entry => ({ value }) as Entry

describe('reads that come together', () => {
  test('go out together, at once when nothing is under way, and each gets its own', async () => {
    const { reads, asked, answers, turns } = batch()
    const both = Promise.all([reads.get('a'), reads.get('b')])
    await flush()
    expect(asked).toEqual([['a', 'b']])
    expect(turns).toHaveLength(0)
    answers[0]?.resolve([entry(1), undefined])
    expect(await both).toEqual([entry(1), undefined])
  })

  test('share an answer where they ask for the same, and the very same promise', async () => {
    const { reads, asked } = batch()
    expect(reads.get('a')).toBe(reads.get('a'))
    await flush()
    expect(asked).toEqual([['a']])
  })

  test('wait for the end of the turn while others are under way, and join none of those', async () => {
    const { reads, asked, answers, turns } = batch()
    void reads.get('a')
    await flush()
    void reads.get('a')
    void reads.get('b')
    await flush()
    expect(asked).toHaveLength(1)
    turns[0]?.()
    expect(asked[1]).toEqual(['a', 'b'])
    answers[0]?.resolve([])
    answers[1]?.resolve([])
    await flush()
    void reads.get('c')
    await flush()
    expect(asked[2]).toEqual(['c'])
  })

  test('go out apart by group, and are answered apart', async () => {
    const { reads, asked, answers } = batch((key) => key.length)
    const one = reads.get('a')
    void reads.get('bb')
    void reads.get('c')
    await flush()
    expect(asked).toEqual([['a', 'c'], ['bb']])
    answers[0]?.resolve([entry(1), entry(2)])
    expect(await one).toEqual(entry(1))
  })

  test('are misses where nothing can be had', async () => {
    const { reads, answers } = batch()
    const read = reads.get('a')
    answers[0]?.resolve(undefined)
    expect(await read).toBeUndefined()
  })
})
