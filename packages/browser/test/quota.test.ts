import { describe, expect, it } from 'vitest'
import { MAX_ENTRIES, evictionsFor, evictionsTo } from '../src/quota/evictions.ts'
import { Ledger, type LedgerChange, type LedgerRow } from '../src/quota/ledger.ts'

const row = (fields: Partial<LedgerRow> = {}): LedgerRow => ({
  bytes: 100,
  usedAt: 0,
  deadAt: Number.POSITIVE_INFINITY,
  epoch: 'e',
  asOf: 1,
  ...fields,
})

/** Rows of 100 bytes, used in the order of their numbers. */
function stock(count: number, fields: (index: number) => Partial<LedgerRow> = () => ({})) {
  const rows = new Map(Array.from({ length: count }, (_, at) => [`k${at}`, row({ usedAt: at, ...fields(at) })]))
  return { rows, bytes: count * 100, changes: new Map<string, LedgerRow | undefined>() }
}

describe('what goes when the budget runs out', () => {
  it('is nothing below 80 %', () => {
    const evictions = evictionsFor(
      stock(79, () => ({ deadAt: 1 })),
      { maxBytes: 10_000, now: 5 },
    )
    expect(evictions).toEqual({ expired: [], evicted: [] })
  })

  it('is what is dead at 80 %, and as much of the rest as it takes to be below', () => {
    const half = evictionsFor(
      stock(80, (at) => ({ deadAt: at % 2 === 0 ? 1 : 10 })),
      { maxBytes: 10_000, now: 5 },
    )
    expect([half.expired.length, half.evicted]).toEqual([40, []])
    expect(evictionsFor(stock(82), { maxBytes: 10_000, now: 5 }).evicted).toEqual(['k0', 'k1', 'k2'])
  })

  it('is what was used least recently at 90 %, down to 70 %', () => {
    const { evicted } = evictionsFor(stock(90), { maxBytes: 10_000, now: 5 })
    expect(evicted).toEqual(Array.from({ length: 21 }, (_, at) => `k${at}`))
  })

  it('counts what is about to be written, and goes by its own use', () => {
    const before = stock(85)
    const changes = new Map([
      ['k0', row({ usedAt: 1_000 })],
      ['k1', undefined],
      ['new', row({ bytes: 1_000, usedAt: 1_000 })],
    ])
    const { evicted } = evictionsFor({ ...before, changes }, { maxBytes: 10_000, now: 5 })
    expect(evicted[0]).toBe('k2')
    expect(evicted).toHaveLength(25)
  })

  it('counts entries too, however small they are', () => {
    const { evicted } = evictionsFor(stock(MAX_ENTRIES), { maxBytes: Number.MAX_SAFE_INTEGER, now: 5 })
    expect(evicted.length).toBe(MAX_ENTRIES * 0.3 + 1)
  })

  it('takes no more than there is', () => {
    expect(evictionsTo(0, stock(3), { maxBytes: 1, now: 5 }).evicted).toHaveLength(3)
  })
})

describe('the ledger', () => {
  it('takes pages that were asked for before it knew of some of them, and none twice', () => {
    const theirs = new Ledger()
    const pages = ['p1', 'p2', 'p3'].map((id, at) => {
      const page = theirs.page([change('a', { asOf: at }), change(id, {})], id)
      theirs.wrote(page)
      return page
    })
    const [first, second, third] = pages as [(typeof pages)[0], (typeof pages)[0], (typeof pages)[0]]
    const ledger = new Ledger()
    expect(ledger.read([first])).toBe(true)
    ledger.wrote(second)
    expect(ledger.read([first, second, third])).toBe(true)
    ledger.wrote(second)
    expect([...ledger.rows.keys()]).toEqual(['a', 'p1', 'p2', 'p3'])
    expect([ledger.rows.get('a')?.asOf, ledger.last?.id]).toEqual([2, 'p3'])
  })

  const change = (key: string, fields?: Partial<LedgerRow>): LedgerChange => [key, fields && row(fields)]

  it('adds up what its pages say, for each tab that reads them', () => {
    const [ours, theirs] = [new Ledger(), new Ledger()]
    const first = ours.page([change('a', {}), change('b', { bytes: 50 })], 'p1')
    ours.wrote(first)
    expect(theirs.read([first])).toBe(true)
    const second = theirs.page([change('a', { bytes: 10 }), change('b')], 'p2')
    theirs.wrote(second)
    expect(ours.last).toBe(first)
    expect(ours.read([first, second])).toBe(true)
    for (const ledger of [ours, theirs]) expect([ledger.bytes, [...ledger.rows.keys()]]).toEqual([10, ['a']])
  })

  it('says that its pages are gone when others have taken their place', () => {
    const ledger = new Ledger()
    ledger.wrote(ledger.page([change('a', {})], 'p1'))
    const anew = new Ledger().page([change('b', {})], 'q1')
    expect(ledger.read([])).toBe(false)
    expect(ledger.read([anew])).toBe(false)
    ledger.forget()
    expect(ledger.read([anew])).toBe(true)
    expect([...ledger.rows.keys()]).toEqual(['b'])
  })

  it('writes all rows anew once the pages have more than twice as many', () => {
    const ledger = new Ledger()
    let whole = 0
    for (let at = 0; at < 5_000; at++) {
      const page = ledger.page([change(`k${at % 10}`, { usedAt: at })], `p${at}`)
      if (page.isWhole) {
        whole++
        expect(page.changes).toHaveLength(10)
      }
      ledger.wrote(page)
    }
    expect(whole).toBe(5)
    expect([ledger.rows.size, ledger.bytes]).toEqual([10, 1_000])
  })

  it('takes in a page of all rows whatever it knew before', () => {
    const [ours, theirs] = [new Ledger(), new Ledger()]
    ours.wrote(ours.page([change('a', {})], 'p1'))
    expect(ours.read([{ ...theirs.page([change('b', {})], 'p9'), number: 9, isWhole: true }])).toBe(true)
    expect([...ours.rows.keys()]).toEqual(['b'])
  })

  it('writes uses with the next page, of entries that are there', () => {
    const ledger = new Ledger()
    ledger.wrote(ledger.page([change('a', {}), change('b', {})], 'p1'))
    ledger.use('a', 7)
    ledger.use('gone', 7)
    const page = ledger.page([change('b')], 'p2')
    expect(page.changes).toEqual([change('b'), change('a', { usedAt: 7 })])
    ledger.wrote(page)
    expect(ledger.page([], 'p3').changes).toEqual([])
  })
})
