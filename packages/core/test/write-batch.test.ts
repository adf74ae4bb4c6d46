import type { Entry } from '@hotpath/contract'
import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { WriteBatch } from '../src/shared/tiers/write-batch.ts'

const entry = (value: unknown): Entry => ({ value }) as Entry

/** A batch whose ends of turns and answers the test decides. */
function batch() {
  const sent: string[] = []
  const ends: (() => void)[] = []
  const answer = deferred()
  const clock = { ...createFakeClock(), endOfTurn: (end: () => void) => void ends.push(end) }
  const writes = new WriteBatch(clock, (entries, removed) => {
    sent.push(
      [...entries.map(([key, { value }]) => `${key}=${String(value)}`), ...removed.map((key) => `-${key}`)].join(' '),
    )
    return answer.promise
  })
  const endTurn = (): void => {
    for (const end of ends.splice(0)) end()
  }
  return { writes, sent, answer, endTurn }
}

describe('writes of one turn', () => {
  test('the first goes out at once, the others together when the turn ends, of each key the last', async () => {
    const { writes, sent, answer, endTurn } = batch()
    const all = [
      writes.set([['a', entry(1)]]),
      writes.set([
        ['b', entry(1)],
        ['c', entry(1)],
      ]),
      writes.delete(['c', 'd']),
      writes.set([['b', entry(2)]]),
      writes.set([['d', entry(3)]]),
    ]
    expect(sent).toEqual(['a=1'])
    endTurn()
    expect(sent).toEqual(['a=1', 'b=2 d=3 -c'])
    answer.resolve()
    await Promise.all(all)
    void writes.set([['e', entry(1)]])
    expect(sent.at(-1)).toBe('e=1')
  })

  test('what waits goes out before a key of it is read, and what comes later waits again', async () => {
    const { writes, sent, endTurn } = batch()
    void writes.delete(['a'])
    expect(writes.concerns(['a'])).toBe(false)
    void writes.set([['b', entry(1)]])
    expect([writes.concerns(['a', 'b']), writes.concerns(['c'])]).toEqual([true, false])
    writes.flush()
    void writes.set([['c', entry(1)]])
    expect(sent).toEqual(['-a', 'b=1'])
    endTurn()
    expect(sent).toEqual(['-a', 'b=1', 'c=1'])
    endTurn()
    await flush()
    expect(sent).toHaveLength(3)
  })
})
