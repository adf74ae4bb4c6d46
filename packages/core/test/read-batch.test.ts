import { type Entry, type TierStore, systemClock } from '@hotpath/contract'
import { deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { ReadBatch } from '../src/shared/tiers/read-batch.ts'

/** A batch whose answers and ends of turns the test decides. */
function batch(store: Pick<TierStore, 'groupOf' | 'maxBatch'> = {}) {
  const asked: (readonly string[])[] = []
  const answers = [deferred<(Entry | undefined)[] | undefined>(), deferred<(Entry | undefined)[] | undefined>()]
  const turns: (() => void)[] = []
  const reads = new ReadBatch(
    { ...systemClock, endOfTurn: (callback) => void turns.push(callback) },
    (keys) => (answers[asked.push(keys) - 1] ?? deferred<undefined>()).promise,
    store,
  )
  const read = async (key: string): Promise<Entry | undefined> => {
    const { answers: own, index } = reads.get(key)
    return (await own)?.[index]
  }
  return { read, asked, answers, turns }
}

const entry = (value: unknown): Entry => ({ value }) as Entry

describe('reads that come together', () => {
  test('go out together, at once when nothing is under way, and each gets its own', async () => {
    const { read, asked, answers, turns } = batch()
    const both = Promise.all([read('a'), read('b')])
    await flush()
    expect(asked).toEqual([['a', 'b']])
    expect(turns).toHaveLength(0)
    answers[0]?.resolve([entry(1), undefined])
    expect(await both).toEqual([entry(1), undefined])
  })

  test('share an answer where they ask for the same', async () => {
    const { read, asked, answers } = batch()
    const both = Promise.all([read('a'), read('b'), read('a')])
    await flush()
    expect(asked).toEqual([['a', 'b']])
    answers[0]?.resolve([entry(1), entry(2)])
    expect(await both).toEqual([entry(1), entry(2), entry(1)])
  })

  test('go out in batches of what the tier takes, each of which is answered when it can be', async () => {
    const { read, asked, answers } = batch({ maxBatch: 128 })
    const reads = Array.from({ length: 200 }, (_, id) => read(`k${id}`))
    const again = read('k0')
    await flush()
    expect(asked.map((keys) => keys.length)).toEqual([128, 72])
    answers[1]?.resolve(Array.from({ length: 72 }, (_, id) => entry(id + 128)))
    expect(await reads[199]).toEqual(entry(199))
    answers[0]?.resolve(Array.from({ length: 128 }, (_, id) => entry(id)))
    expect(await Promise.all([reads[127], again])).toEqual([entry(127), entry(0)])
  })

  test('wait for the end of the turn while others are under way, and join none of those', async () => {
    const { read, asked, answers, turns } = batch()
    void read('a')
    await flush()
    void read('a')
    void read('b')
    await flush()
    expect(asked).toHaveLength(1)
    turns[0]?.()
    expect(asked[1]).toEqual(['a', 'b'])
    answers[0]?.resolve([])
    answers[1]?.resolve([])
    await flush()
    void read('c')
    await flush()
    expect(asked[2]).toEqual(['c'])
  })

  test('go out apart by group, and are answered apart', async () => {
    const { read, asked, answers } = batch({ groupOf: (key) => key.length })
    const one = read('a')
    void read('bb')
    void read('c')
    await flush()
    expect(asked).toEqual([['a', 'c'], ['bb']])
    answers[0]?.resolve([entry(1), entry(2)])
    expect(await one).toEqual(entry(1))
  })

  test('are misses where nothing can be had', async () => {
    const { read, answers } = batch()
    const miss = read('a')
    answers[0]?.resolve(undefined)
    expect(await miss).toBeUndefined()
  })
})
