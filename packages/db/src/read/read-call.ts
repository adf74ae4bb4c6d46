/** One read on its way through the cache. */
import type { LoadOptions, ReadReport } from '@hotpath/core'
import type { Params } from '../driver/driver.ts'
import type { QueryOptions, SessionOptions } from '../query-optimizer.ts'
import type { QueryReason } from '../query-stats.ts'
import { type Plan, tagsOf } from './plan.ts'

/** A read that the cache may serve. */
export interface CachedRead {
  readonly plan: Plan
  readonly key: string
  /** Nobody else changes them. */
  readonly params: Params
  readonly options: QueryOptions
  readonly session: SessionOptions | undefined
  /** When the call came. */
  readonly startedAt: number
}

/** How a read was served, and what its own load has found out, if there was one. */
export interface Served {
  report: ReadReport | undefined
  ranMs: number
  waitMs: number
  ttlMs: number
  reason: QueryReason
}

/** What the cache is told of a read. Tags are found when it asks for them: a hit needs none. */
export class ReadTerms implements LoadOptions {
  readonly after: LoadOptions['after']
  readonly signal: LoadOptions['signal']
  readonly refresh: boolean
  readonly onRead: (report: ReadReport) => void
  readonly #plan: Plan
  readonly #params: Params

  constructor({ plan, params, options }: CachedRead, served: Served, refresh: boolean) {
    this.after = options.after
    this.signal = options.signal
    this.refresh = refresh
    this.onRead = (report) => void (served.report = report)
    this.#plan = plan
    this.#params = params
  }

  get tags(): readonly string[] {
    return tagsOf(this.#plan, this.#params)
  }
}
