import { type Deferred, deferred, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import type { FrameToStore } from '../src/backend.ts'
import { WriteBatch } from '../src/write-batch.ts'

const frame = (key: string, asOf = 1, bytes = 1, epoch = 'e'): FrameToStore => ({
  ...{ key, asOf, epoch, expiresAt: Infinity },
  frame: new Uint8Array(bytes),
})

/** A batch over a store that answers when told to. */
function make(max = { count: 10, bytes: 1_000 }) {
  const sent: { readonly keys: string[]; readonly answer: Deferred<void> }[] = []
  const batch = new WriteBatch(async (frames) => {
    const answer = deferred()
    sent.push({ keys: frames.map(({ key, asOf }) => `${key} ${asOf}`), answer })
    await answer.promise
  }, max)
  return { batch, sent, keys: () => sent.map(({ keys }) => keys) }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('writes of one turn are one statement, in the order of keys, the last of equals winning', async () => {
  const { batch, keys } = make()
  void batch.write([frame('b', 1), frame('a', 5)])
  void batch.write([frame('b', 2), frame('a', 4)])
  void batch.write([frame('c', 9), frame('c', 1, 1, 'other epoch')])
  await flush()
  expect(keys()).toEqual([['a 5', 'b 2', 'c 1']])
})

test('while a statement is under way, those of the next turn wait for its end', async () => {
  const { batch, sent, keys } = make()
  void batch.write([frame('a')])
  await flush()
  void batch.write([frame('b')])
  await Promise.resolve()
  void batch.write([frame('c')])
  expect(keys()).toEqual([['a 1']])
  await nextTurn()
  expect(keys()).toEqual([['a 1'], ['b 1', 'c 1']])
  for (const { answer } of sent) answer.resolve()
})

test('statements are bounded by number and by bytes, and one that is too large goes alone', async () => {
  const { batch, sent, keys } = make({ count: 3, bytes: 100 })
  batch.write(['a', 'b', 'c', 'd', 'e'].map((key) => frame(key))).catch(() => {})
  batch.write([frame('f', 1, 60), frame('g', 1, 60), frame('h', 1, 500), frame('i', 1, 1)]).catch(() => {})
  await flush()
  const first = [['a 1', 'b 1', 'c 1'], ['d 1', 'e 1', 'f 1'], ['g 1']]
  expect(keys()).toEqual(first)
  // Three at a time: the rest of the pool is left to others.
  sent[1]?.answer.reject(new Error('down'))
  await flush()
  expect(keys()).toEqual([...first, ['i 1']])
  sent[0]?.answer.resolve()
  await flush()
  expect(keys()).toEqual([...first, ['i 1'], ['h 1']])
})

test('each writer hears of the statements that carried his frames, and of no others', async () => {
  const { batch, sent } = make({ count: 2, bytes: 1_000 })
  const results: string[] = []
  const write = (name: string, ...keys: string[]): void =>
    void batch.write(keys.map((key) => frame(key))).then(
      () => results.push(`${name} stored`),
      (error: Error) => results.push(`${name} ${error.message}`),
    )
  write('first', 'a', 'b')
  write('second', 'c')
  write('third', 'b', 'c')
  await flush()
  sent[0]?.answer.resolve()
  await flush()
  expect(results).toEqual(['first stored'])
  sent[1]?.answer.reject(new Error('failed'))
  await flush()
  expect(results).toEqual(['first stored', 'second failed', 'third failed'])
})

test('nothing to write is nothing to wait for', async () => {
  const { batch, sent } = make()
  await batch.write([])
  expect(sent).toEqual([])
})
