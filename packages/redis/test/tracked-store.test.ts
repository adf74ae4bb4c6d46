/** The order of news and answers, which a real server leaves to chance. */
import { joinFrame, writeHeader } from '@hotpath/codec'
import { type Entry, type TierContext, type TierStore, createEntry } from '@hotpath/contract'
import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import type { ChangeFeed, ChangeListener } from '../src/change-feed.ts'
import { trackedStore } from '../src/tracked-store.ts'

const entry = (value: unknown, asOf = 1): Entry =>
  createEntry({
    value,
    tags: [],
    createdAt: 0,
    freshMs: 60_000,
    staleMs: 0,
    errorMs: 0,
    epoch: 'AAAAAAAA',
    asOf,
    aheadMs: 0,
  })
const headOf = (stored: Entry): Uint8Array =>
  joinFrame(writeHeader({ ...stored, storedAt: 5, isFailure: false }), new TextEncoder().encode('payload'))

function setUp() {
  const clock = createFakeClock()
  const reads: {
    readonly keys: readonly string[]
    readonly answer: (entries: readonly (Entry | undefined)[]) => void
  }[] = []
  const heads: { readonly key: string; readonly answer: (head: Uint8Array) => void }[] = []
  const dropped: (string | undefined)[] = []
  let listener: ChangeListener | undefined
  const inner = {
    sync: false,
    shared: true,
    getMany(keys: readonly string[]) {
      const { promise, resolve } = deferred<readonly (Entry | undefined)[]>()
      reads.push({ keys, answer: resolve })
      return promise
    },
    set: async () => {},
    setMany: async () => {},
    close: () => {},
  } as unknown as TierStore
  const feed = {
    listen(_: string, one: ChangeListener) {
      listener = one
      return () => (listener = undefined)
    },
  } as unknown as ChangeFeed
  const readHead = (key: string): Promise<Uint8Array> => {
    const { promise, resolve } = deferred<Uint8Array>()
    heads.push({ key, answer: resolve })
    return promise
  }
  const context = { clock, changed: (key?: string) => dropped.push(key) } as unknown as TierContext
  const store = trackedStore({ store: inner, feed, keyPrefix: 'p:', readHead }, context)
  return { clock, reads, heads, dropped, store, news: () => listener as ChangeListener, listening: () => listener }
}

test('a read that a change overtakes is made again, and the others of its batch are not', async () => {
  const { store, reads, news, dropped } = setUp()
  const answer = Promise.resolve(store.getMany(['a', 'b']))
  news().changed('a')
  expect(dropped).toEqual(['a'])
  reads[0]?.answer([entry('old'), entry('b')])
  await flush()
  expect(reads[1]?.keys).toEqual(['a'])
  reads[1]?.answer([entry('new')])
  expect((await answer).map((one) => one?.value)).toEqual(['new', 'b'])
})

test('when anything may have changed all reads are made again', async () => {
  const { store, reads, news, dropped } = setUp()
  const answer = Promise.resolve(store.getMany(['a', 'b']))
  news().missed()
  expect(dropped).toEqual([undefined])
  reads[0]?.answer([entry('a'), entry('b')])
  await flush()
  reads[1]?.answer([entry('new a'), undefined])
  expect((await answer).map((one) => one?.value)).toEqual(['new a', undefined])
})

test('a key that changes during each of three reads is a miss', async () => {
  const { store, reads, news } = setUp()
  const answer = Promise.resolve(store.get('a'))
  for (let attempt = 0; attempt < 3; attempt++) {
    news().changed('a')
    reads[attempt]?.answer([entry(attempt)])
    await flush()
  }
  expect(await answer).toBeUndefined()
  expect(reads).toHaveLength(3)
})

test('a change before a read or after it leaves the read alone', async () => {
  const { store, reads, news } = setUp()
  news().changed('a')
  const answer = Promise.resolve(store.get('a'))
  reads[0]?.answer([entry('value')])
  expect((await answer)?.value).toBe('value')
  news().changed('a')
  expect(reads).toHaveLength(1)
})

test('news of an own write drops nothing when the own header lies there', async () => {
  const { store, heads, news, dropped } = setUp()
  const own = entry('own', 7)
  await store.set('a', own)
  news().changed('a')
  expect(heads.map(({ key }) => key)).toEqual(['p:a'])
  heads[0]?.answer(headOf(own))
  await flush()
  expect(dropped).toEqual([])
})

test('news of a key written a moment ago drops it when something else lies there', async () => {
  const { store, heads, news, dropped } = setUp()
  const others = [headOf(entry('theirs', 8)), new TextEncoder().encode('foreign'), new Uint8Array()]
  for (const [index, head] of others.entries()) {
    await store.setMany([['a', entry('own', 7)]])
    news().changed('a')
    heads[index]?.answer(head)
    await flush()
    expect(dropped).toHaveLength(index + 1)
  }
})

test('news of a key written a while ago drops it without a question, and nothing is remembered', async () => {
  const { store, heads, news, dropped, clock } = setUp()
  await store.set('a', entry('own', 7))
  clock.advance(2_000)
  news().changed('a')
  expect(dropped).toEqual(['a'])
  expect(heads).toEqual([])
  expect(clock.pending).toBe(0)
})

test('P17: closing ends the listening and the timer', async () => {
  const { store, listening, clock } = setUp()
  await store.set('a', entry('own', 7))
  await store.close()
  expect(listening()).toBeUndefined()
  expect(clock.pending).toBe(0)
})
