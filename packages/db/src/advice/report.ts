/** What a report has in it. Durations are milliseconds. */

/** What was found. */
export type AdviceKind =
  | 'repeats'
  | 'full-scan'
  | 'sort-on-disk'
  | 'wrong-estimate'
  | 'missing-statistics'
  | 'foreign-key'
  | 'duplicate-index'
  | 'unused-index'

/** One thing to do. */
export interface Advice {
  /** What it is about. */
  readonly kind: AdviceKind
  /** What was found, in a sentence. */
  readonly finding: string
  /** What to do: a sentence, or SQL to copy. Nothing of it is ever run. */
  readonly fix: string
  /** About how much time of the database it would have saved so far; `undefined`: that is not known. */
  readonly savesMs: number | undefined
  /** Where that comes from: HypoPG was asked, the plan of the engine says it, a rule of thumb, or it was counted. */
  readonly basis: 'hypothetical-index' | 'plan' | 'rule' | 'counted'
  /** Shape of the statement, if it is about one. */
  readonly fingerprint: string | undefined
  /** Table that it is about, as the database names it. */
  readonly table: string | undefined
}

/** Why a plan was not read. */
export type UnreadReason = 'rights' | 'timeout' | 'format' | 'several' | 'too-large' | 'failed'

/** A statement whose plan was not read. */
export interface UnreadPlan {
  /** Its shape. */
  readonly fingerprint: string
  /** Why: no rights, no time, a form that is not known (of the plan or the statement), several statements in one string, SQL and parameters over 20 kB, or another error. */
  readonly reason: UnreadReason
  /** What the driver calls the error. Its message is left out: it may have values in it. */
  readonly code: string | undefined
}

/** A statement among those on which the database spent most time. */
export interface ReportedStatement {
  /** Its shape. */
  readonly fingerprint: string
  /** How many were run. */
  readonly count: number
  /** The share that the cache served, 0 to 1. */
  readonly hitRate: number
  /** How long the database took for all of them. */
  readonly spentMs: number
  /** 95th percentile. */
  readonly p95Ms: number
}

/** What was found, what to do first at the top. */
export interface QueryReport {
  /** By the time that it would save; what is not known comes last. */
  readonly advice: readonly Advice[]
  /** Those on which the database spent most time. */
  readonly statements: readonly ReportedStatement[]
  /** Those of them whose plans were not read. */
  readonly unread: readonly UnreadPlan[]
  /** What the database does not say, and why, in sentences. */
  readonly unknown: readonly string[]
  /** All of it for a terminal. */
  readonly text: string
}
