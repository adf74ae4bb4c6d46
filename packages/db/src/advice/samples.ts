/**
 * One call of each statement, the slowest so far: what its plan is asked with. Parameters stay in this process, and are
 * in no report.
 */
import type { Params } from '../driver/driver.ts'
import type { SessionOptions } from '../query-optimizer.ts'
import type { QueryStats } from '../query-stats.ts'

/** What was seen of a statement. */
export interface Sample {
  /** `undefined`: the call is too large to be kept. */
  readonly call: SampledCall | undefined
  readonly ranMs: number
}

/** A call. */
export interface SampledCall {
  readonly sql: string
  readonly params: Params
  readonly session: SessionOptions | undefined
  readonly rowCount: number
}

const MAX_SAMPLES = 300
/** Of SQL and parameters, in characters or bytes. */
const MAX_SIZE = 20_000
/** Of a value that is neither a string nor bytes. */
const VALUE_SIZE = 8

/** Keeps them. */
export class Samples {
  readonly #byFingerprint = new Map<string, Sample>()

  /** Looks at a call that the database has served. */
  note(sql: string, params: Params, session: SessionOptions | undefined, stats: QueryStats): void {
    const { fingerprint, durationMs, waitMs, rowCount } = stats
    const ranMs = durationMs - waitMs
    const known = this.#byFingerprint.get(fingerprint)
    if (known === undefined ? this.#byFingerprint.size >= MAX_SAMPLES : known.ranMs >= ranMs) return
    if (sizeOf(params, sql.length) > MAX_SIZE) {
      if (known === undefined) this.#byFingerprint.set(fingerprint, { call: undefined, ranMs })
      return
    }
    const copy = Array.isArray(params) ? [...(params as readonly unknown[])] : { ...params }
    this.#byFingerprint.set(fingerprint, { call: { sql, params: copy, session, rowCount }, ranMs })
  }

  /** That of a shape. */
  of(fingerprint: string): Sample | undefined {
    return this.#byFingerprint.get(fingerprint)
  }
}

/** About how large it is, counted up to the limit. @param size - What there is besides. */
function sizeOf(value: unknown, size: number): number {
  if (size > MAX_SIZE) return size
  if (typeof value === 'string') return size + value.length
  if (ArrayBuffer.isView(value)) return size + value.byteLength
  if (typeof value !== 'object' || value === null || value instanceof Date) return size + VALUE_SIZE
  let all = size + VALUE_SIZE
  for (const one of Object.values<unknown>(value as Record<string, unknown>)) {
    all = sizeOf(one, all)
    if (all > MAX_SIZE) break
  }
  return all
}
