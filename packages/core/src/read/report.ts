/** What a read tells its caller, through `onRead`. */
import { type CacheKey, callbackError, toToken } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import type { Flight, Outcome } from '../flights/flight.ts'
import type { Found } from '../flights/found.ts'
import { describe } from './describe.ts'
import type { EntryInfo, ReadReport } from '../watch/entry-info.ts'

/** Whose read it is. */
interface Reader {
  readonly engine: Engine
  readonly original: CacheKey
  readonly onRead: ((report: ReadReport) => void) | undefined
}

/** A tier had the value. */
export function reportFound(reader: Reader, found: Found): void {
  if (reader.onRead === undefined) return
  const { value: _, ...info } = describe(reader.engine, found.entry, found.age, found.tier)
  report(reader, 'tier', info)
}

/** The value was loaded. */
export function reportLoaded(
  reader: Reader,
  { tags }: Pick<Flight<never>, 'tags'>,
  from: 'load' | 'joined',
  { freshMs, mark }: Extract<Outcome, { type: 'value' }>,
): void {
  if (reader.onRead === undefined) return
  const asOf = mark && toToken(mark)
  report(reader, from, { state: 'fresh', ageMs: 0, ttlLeftMs: freshMs, tags, asOf, tier: undefined })
}

function report({ engine, original: key, onRead }: Reader, from: ReadReport['from'], info: EntryInfo): void {
  try {
    onRead?.({ key, from, ...info })
  } catch (cause) {
    engine.fault(callbackError('`onRead`', 'The read', { cause }))
  }
}
