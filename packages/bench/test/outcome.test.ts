import { describe, expect, it } from 'vitest'
import { fail, PASS, repeated, stale, worst } from '../src/races/outcome.ts'

describe('several settings of one race', () => {
  it('pass together only', () => {
    const outcome = worst([
      ['memory', PASS],
      ['Redis', stale('old')],
    ])
    expect(outcome).toEqual({ verdict: 'stale', reason: 'Redis: old' })
    expect(worst([['memory', PASS]])).toEqual(PASS)
  })

  it('count a stale answer as worse than a failure, and tell both', () => {
    const outcome = worst([
      ['memory', stale('old')],
      ['Redis', fail('none')],
    ])
    expect(outcome).toEqual({ verdict: 'stale', reason: 'memory: old; Redis: none' })
  })

  it('share a reason that holds in all of them', () => {
    const outcome = worst([
      ['memory', fail('none')],
      ['Redis', fail('none')],
    ])
    expect(outcome.reason).toBe('none')
  })
})

describe('several runs of one race', () => {
  it('agree on a verdict and may give several reasons', () => {
    expect(repeated([fail('a'), fail('b'), fail('a')])).toEqual({ verdict: 'fail', reason: 'a; or b' })
    expect(repeated([PASS, PASS])).toEqual(PASS)
  })

  it('are flaky when they disagree, even if most of them pass', () => {
    expect(repeated([PASS, stale('old'), PASS])).toEqual({ verdict: 'flaky', reason: '2 × pass, 1 × stale: old' })
  })
})
