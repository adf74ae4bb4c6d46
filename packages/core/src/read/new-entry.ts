/** What is stored: values from now on, each with the windows and the mark that it is judged by. */
import { type Entry, type Freshness, type Mark, SPECULATIVE, createEntry } from '@hotpath/contract'
import type { Engine } from '../engine.ts'

/** The windows of one value. */
export type Windows = Pick<Entry, 'freshMs' | 'staleMs' | 'errorMs'>

/** A shorter life for `null` where asked, jitter taken off. */
export function windowsOf(
  value: unknown,
  { freshMs, staleMs, errorMs, jitter, negativeMs }: Freshness,
  random: () => number,
): Windows {
  if (value === null && negativeMs !== undefined) return { freshMs: negativeMs, staleMs: 0, errorMs: 0 }
  const isShortened = jitter > 0 && freshMs < Number.POSITIVE_INFINITY
  return { freshMs: isShortened ? Math.ceil(freshMs * (1 - jitter * random())) : freshMs, staleMs, errorMs }
}

/** What an entry is made of. */
export interface Stored {
  readonly value: unknown
  readonly tags: readonly string[]
  readonly freshness: Freshness
  readonly windows: Windows
  /** Point of the log that the value is current at. */
  readonly mark: Mark
  /** How long its load took. */
  readonly loadMs: number
}

/** Makes an entry whose windows begin now. */
export function newEntry(engine: Engine, { value, tags, freshness, windows, mark, loadMs }: Stored): Entry {
  const { freshMs, staleMs, errorMs } = windows
  const { epoch, position: asOf } = mark
  const aheadMs = loadMs * freshness.refreshAhead
  const entry = createEntry({
    value,
    tags,
    createdAt: engine.elapsed(),
    freshMs,
    staleMs,
    errorMs,
    epoch,
    asOf,
    aheadMs,
  })
  if (freshness.speculative) entry.judgedAt = SPECULATIVE
  return entry
}
