import { type Deferred, deferred, flush } from '@hotpath/testkit'
import type { Mark } from '@hotpath/contract'
import { expect, test } from 'vitest'
import { AppendQueue } from '../src/append-queue.ts'
import type { RecordToAppend } from '../src/backend.ts'

const records = (count: number): RecordToAppend[] =>
  Array.from({ length: count }, (_, n) => ({ strength: 'h', type: 'k', value: `k${n}`, cells: [1, 2] }))

/** A queue of transactions of at most ten records, each of which ends when told to. */
function make() {
  const sent: { readonly count: number; readonly answer: Deferred<Mark> }[] = []
  const queue = new AppendQueue((some) => {
    const answer = deferred<Mark>()
    sent.push({ count: some.length, answer })
    return answer.promise
  }, 10)
  return { queue, sent }
}

test('a large append goes in several transactions, and has the position of its last record', async () => {
  const { queue, sent } = make()
  const large = queue.append(records(25))
  const small = queue.append(records(3))
  for (const position of [10, 20, 28]) {
    await flush()
    sent.at(-1)?.answer.resolve({ epoch: 'e', position })
  }
  expect(await large).toEqual({ epoch: 'e', position: 25 })
  expect(await small).toEqual({ epoch: 'e', position: 28 })
  expect(sent.map(({ count }) => count)).toEqual([10, 10, 8])
})

test('when one part fails the rest is not sent, and what others append is', async () => {
  const { queue, sent } = make()
  const large = queue.append(records(25))
  const small = queue.append(records(3))
  await flush()
  sent[0]?.answer.reject(new Error('down'))
  await expect(large).rejects.toThrow('down')
  await flush()
  expect(sent.map(({ count }) => count)).toEqual([10, 3])
  sent[1]?.answer.resolve({ epoch: 'e', position: 3 })
  expect(await small).toEqual({ epoch: 'e', position: 3 })
})

test('`close` gives up what waits, and waits for what is under way', async () => {
  const { queue, sent } = make()
  const first = queue.append(records(10))
  const second = queue.append(records(10))
  await flush()
  let isClosed = false
  const closing = queue.close().then(() => (isClosed = true))
  await expect(second).rejects.toThrow('closed')
  expect(isClosed).toBe(false)
  sent[0]?.answer.resolve({ epoch: 'e', position: 10 })
  expect(await first).toEqual({ epoch: 'e', position: 10 })
  await closing
  expect(sent).toHaveLength(1)
})
