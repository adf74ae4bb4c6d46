/**
 * One case of a conformance suite. Suites are lists of these, so that any test runner can run them:
 *
 * ```ts
 * import { test } from 'node:test'
 * import { asyncTier, tierCases } from '@hotpath/testkit'
 *
 * for (const { name, run } of tierCases({ open: () => asyncTier() })) test(name, run)
 * ```
 */
export interface ConformanceCase {
  /** What holds, as a sentence without its subject. */
  readonly name: string
  /** Rejects with a `ConformanceError` when it does not hold. */
  run(): Promise<void>
}

/** A port does not keep its contract. */
export class ConformanceError extends Error {
  /** Name of the class, also in minified code. */
  override readonly name = 'ConformanceError'
}
