/** What is stored: values from now on, each with the windows and the mark that it is judged by. */
import { type Entry, type Freshness, type Mark, SPECULATIVE, createEntry } from '@hotpath/contract'
import type { Engine } from '../engine.ts'

/** What an entry is made of. */
export interface Stored {
  readonly value: unknown
  readonly tags: readonly string[]
  readonly freshness: Freshness
}

/**
 * Makes an entry whose windows begin now: a shorter life for `null` where asked, jitter taken off.
 *
 * @param mark - Point of the log that the value is current at.
 * @param loadMs - How long its load took.
 */
export function newEntry(engine: Engine, { value, tags, freshness }: Stored, mark: Mark, loadMs = 0): Entry {
  const { negativeMs, jitter } = freshness
  const isNegative = value === null && negativeMs !== undefined
  const wholeMs = isNegative ? negativeMs : freshness.freshMs
  const isShortened = !isNegative && jitter > 0 && wholeMs < Number.POSITIVE_INFINITY
  const entry = createEntry({
    value,
    tags,
    createdAt: engine.elapsed(),
    freshMs: isShortened ? Math.ceil(wholeMs * (1 - jitter * engine.random())) : wholeMs,
    staleMs: isNegative ? 0 : freshness.staleMs,
    errorMs: isNegative ? 0 : freshness.errorMs,
    epoch: mark.epoch,
    asOf: mark.position,
    aheadMs: loadMs * freshness.refreshAhead,
  })
  if (freshness.speculative) entry.judgedAt = SPECULATIVE
  return entry
}
