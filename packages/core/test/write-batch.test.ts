import type { Entry, TierStore } from '@hotpath/contract'
import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { GuardedTier } from '../src/shared/tiers/lower-tiers.ts'
import { WriteBatch } from '../src/shared/tiers/write-batch.ts'

const entry = (value: unknown): Entry => ({ value }) as Entry

/** A batch whose ends of turns and answers the test decides. */
function batch() {
  const sent: string[] = []
  const ends: (() => void)[] = []
  const answer = deferred()
  const clock = { ...createFakeClock(), endOfTurn: (end: () => void) => void ends.push(end) }
  const writes = new WriteBatch(clock, (entries, removals) => {
    const removed = removals.map(([keys, below]) => `-${keys.join('-')}${below ? `<${below.position}` : ''}`)
    sent.push([...entries.map(([key, { value }]) => `${key}=${String(value)}`), ...removed].join(' '))
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

  test('what is removed below different marks is removed apart', async () => {
    const { writes, sent, endTurn } = batch()
    const [one, other] = [1, 2].map((position) => ({ epoch: 'e', position }))
    void writes.delete(['a'], one)
    void writes.delete(['b'], one)
    void writes.delete(['c', 'd'], other)
    void writes.delete(['e'], one)
    void writes.delete(['f'])
    void writes.delete(['g'], other)
    void writes.set([['g', entry(1)]])
    endTurn()
    expect(sent).toEqual(['-a<1', 'g=1 -b<1 -c-d<2 -e<1 -f'])
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

describe('a tier whose writes wait for the end of the turn', () => {
  /** What a store is asked, in order. */
  function guarded() {
    const asked: string[] = []
    const store = {
      sync: false,
      get: async (key: string) => void asked.push(`get ${key}`),
      getMany: async (keys: readonly string[]) => (asked.push(`get ${keys.join(' ')}`), []),
      setMany: async (all: readonly (readonly [string, Entry])[]) =>
        void asked.push(`set ${all.map(([key]) => key).join(' ')}`),
      clear: async () => void asked.push('clear'),
    } as unknown as TierStore
    const clock = { ...createFakeClock(), endOfTurn: () => {} }
    const tier = new GuardedTier(
      { type: 'slow', index: 1, store },
      { clock, timeoutMs: 1_000, elapsed: () => 0, fault: () => {}, recovered: () => {}, measure: () => undefined },
    )
    void tier.setMany([['a', entry(1)]])
    void tier.setMany([['b', entry(1)]])
    return { tier, asked }
  }

  test('is not asked for a key before it has what was set under it', () => {
    const { tier, asked } = guarded()
    void tier.getMany(['c'])
    void tier.getMany(['b', 'c'])
    expect(asked).toEqual(['set a', 'get c', 'set b', 'get b c'])
  })

  test('is cleared after what was set before', () => {
    const { tier, asked } = guarded()
    void tier.run('delete', (store) => store.clear())
    expect(asked).toEqual(['set a', 'set b', 'clear'])
  })
})
