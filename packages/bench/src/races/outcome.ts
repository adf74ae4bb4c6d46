/** What a race says of a contestant. */

/** `stale`: an outdated value was served. `fail`: something else that was expected did not happen. */
export interface Outcome {
  readonly verdict: 'pass' | 'stale' | 'fail' | 'n/a'
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

const SEVERITY = ['n/a', 'pass', 'fail', 'stale']

/** The worst of several runs of one race; each is told with the setting it ran in. */
export function worst(outcomes: readonly (readonly [setting: string, outcome: Outcome])[]): Outcome {
  const bad = outcomes.filter(([, { verdict }]) => verdict === 'stale' || verdict === 'fail')
  if (bad.length === 0) return outcomes.find(([, { verdict }]) => verdict === 'pass')?.[1] ?? outcomes[0]?.[1] ?? PASS
  const { verdict } = bad.map(([, outcome]) => outcome).reduce((a, b) => (rank(b) > rank(a) ? b : a))
  const told = [...new Set(bad.map(([, { reason }]) => reason))].map((reason) => {
    const settings = bad.filter(([, outcome]) => outcome.reason === reason).map(([setting]) => setting)
    return settings.length === outcomes.length ? reason : `${settings.join(', ')}: ${reason}`
  })
  return { verdict, reason: told.join('; ') }
}

function rank({ verdict }: Outcome): number {
  return SEVERITY.indexOf(verdict)
}
