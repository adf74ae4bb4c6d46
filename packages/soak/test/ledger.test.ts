import { expect, test } from 'vitest'
import { FaultTimes } from '../src/fault-times.ts'
import { type Gone, type Kept, Ledger } from '../src/ledger.ts'

function kept(more: Partial<Kept> = {}): Kept {
  return { key: 'k', version: 1, how: '1 at once', token: 'e.1', from: 100, at: 110, isSure: true, ...more }
}

function gone(more: Partial<Gone> = {}): Gone {
  return { key: 'k', version: 1, state: 'missing', at: 1_000, ...more }
}

/** A ledger over one fault; those of the name `empty` may cost entries. */
function ledgerWith(name: string, from: number, to: number): Ledger {
  const faults = new FaultTimes(['empty'])
  const end = faults.begin(name, from)
  if (to !== Number.POSITIVE_INFINITY) end(to)
  return new Ledger(faults)
}

test('an entry that is gone without a fault is lost', () => {
  const ledger = new Ledger(new FaultTimes(['empty']))
  ledger.stored(kept())
  expect(ledger.gone(gone())).toBe(true)
  expect(ledger.losses).toEqual([{ type: 'lost', line: 'k of version 1 (1 at once): missing after 890 ms' }])
  expect(ledger.kept).toEqual([])
})

test.each([
  ['before its write began', 'empty', 10, 99, 'lost'],
  ['while it was written', 'empty', 10, 100, 'excused'],
  ['after it was stored', 'empty', 500, 501, 'excused'],
  ['that goes on', 'empty', 500, Number.POSITIVE_INFINITY, 'excused'],
  ['after it was missed', 'empty', 1_001, 1_002, 'lost'],
  ['of a kind that may not cost entries', 'restart', 500, 501, 'lost'],
])('a fault %s: the entry is judged by it', (_, name, from, to, type) => {
  const ledger = ledgerWith(name, from, to)
  ledger.stored(kept())
  ledger.gone(gone())
  expect(ledger.losses.map((loss) => loss.type)).toEqual([type])
})

test('an entry whose storing met a fault counts from when another process finds it', () => {
  const ledger = new Ledger(new FaultTimes([]))
  ledger.stored(kept({ isSure: false }))
  ledger.gone(gone())
  ledger.stored(kept({ version: 2, isSure: false }))
  ledger.seen('k', 2)
  ledger.gone(gone({ version: 2 }))
  expect(ledger.losses.map(({ type }) => type)).toEqual(['excused', 'lost'])
})

test('an entry that is being written, or that was written again, is not missed', () => {
  const ledger = new Ledger(new FaultTimes([]))
  ledger.stored(kept())
  ledger.writing('k')
  expect(ledger.gone(gone())).toBe(false)
  ledger.stored(kept({ version: 2 }))
  ledger.seen('k', 1)
  expect(ledger.gone(gone())).toBe(false)
  expect(ledger.losses).toEqual([])
  expect(ledger.kept).toEqual([kept({ version: 2 })])
})
