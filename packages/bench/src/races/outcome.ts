/** What a race says of a contestant. */

/**
 * `stale`: an outdated value was served. `fail`: something else that was expected did not happen. `flaky`: runs of the
 * same race disagree.
 */
export interface Outcome {
  readonly verdict: 'pass' | 'stale' | 'fail' | 'flaky' | 'n/a'
  /** In one line. */
  readonly reason: string
}

export const PASS: Outcome = { verdict: 'pass', reason: '' }

export function stale(reason: string): Outcome {
  return { verdict: 'stale', reason }
}

export function fail(reason: string): Outcome {
  return { verdict: 'fail', reason }
}

export function notApplicable(reason: string): Outcome {
  return { verdict: 'n/a', reason }
}

/** The worst of what one race says in several settings; a reason names its settings unless it holds in all. */
export function worst(outcomes: readonly (readonly [setting: string, outcome: Outcome])[]): Outcome {
  const bad = outcomes.filter(([, { verdict }]) => verdict !== 'pass')
  if (bad.length === 0) return PASS
  const verdict = bad.some(([, outcome]) => outcome.verdict === 'stale') ? 'stale' : 'fail'
  const told = [...new Set(bad.map(([, { reason }]) => reason))].map((reason) => {
    const settings = bad.filter(([, outcome]) => outcome.reason === reason).map(([setting]) => setting)
    return settings.length === outcomes.length ? reason : `${settings.join(', ')}: ${reason}`
  })
  return { verdict, reason: told.join('; ') }
}

/** What several runs of one race say together: what they agree on, or how often each verdict came. */
export function repeated(outcomes: readonly Outcome[]): Outcome {
  const verdicts = [...new Set(outcomes.map(({ verdict }) => verdict))]
  const reasons = [...new Set(outcomes.map(({ reason }) => reason))].filter((reason) => reason !== '')
  const [verdict = 'n/a'] = verdicts
  if (verdicts.length <= 1) return { verdict, reason: reasons.join('; or ') }
  const counts = verdicts.map((each) => `${outcomes.filter((outcome) => outcome.verdict === each).length} × ${each}`)
  return { verdict: 'flaky', reason: `${counts.join(', ')}: ${reasons.join('; or ')}` }
}
