import { describe, expect, it } from 'vitest'
import type { Measured } from '../src/compare.ts'
import { isFaster, reportComparison } from '../src/report.ts'

const plain: Measured = {
  requests: 1_000,
  failures: 0,
  perSecond: 500,
  p50Ms: 10,
  p95Ms: 40,
  p99Ms: 80,
  queries: 1_000,
  hitRate: undefined,
}
const fast: Measured = { ...plain, requests: 9_000, perSecond: 4_500, p95Ms: 2.34, queries: 450, hitRate: 0.95 }

describe('reportComparison', () => {
  it('sets both halves side by side and says what the cache saved', () => {
    expect(reportComparison({ plain, fast })).toMatchInlineSnapshot(`
      "                  requests/s       p50       p95       p99   hit rate   requests   database queries   saved
      without Hotpath          500   10.0 ms   40.0 ms   80.0 ms          –      1,000              1,000       –
      with Hotpath           4,500   10.0 ms    2.3 ms   80.0 ms     95.0 %      9,000                450   8,550

      ✓ 9.0 × the requests per second (goal: at least 5 ×)
      ✓ p95 2.3 ms (goal: under 5 ms)
      ✓ hit rate 95.0 % (goal: above 90.0 %)"
    `)
  })

  it('says which goals were missed', () => {
    const report = reportComparison({ plain, fast: { ...fast, perSecond: 2_499, p95Ms: 5, hitRate: 0.9 } })
    expect(report.match(/✗/g)).toHaveLength(3)
  })

  it('says that requests failed', () => {
    expect(reportComparison({ plain, fast: { ...fast, failures: 2 } })).toContain('✗ 2 requests failed')
  })
})

describe('isFaster', () => {
  it('asks for more requests per second, by whatever factor', () => {
    expect(isFaster({ plain, fast: { ...fast, perSecond: 501 } })).toBe(true)
    expect(isFaster({ plain, fast: { ...fast, perSecond: 500 } })).toBe(false)
  })

  it('does not count failures as speed', () => {
    expect(isFaster({ plain, fast: { ...fast, failures: 1 } })).toBe(false)
  })
})
