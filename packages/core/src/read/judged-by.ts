/** Reads that depend on more than a value does: its tags, and further ones that the reader names. */
import type { Found } from '../flights/found.ts'
import type { Flight } from '../flights/flight.ts'
import { loadedAt } from '../view/log-view.ts'
import type { Call } from './call.ts'

/** Whose read it is, and what it is judged by. */
type Reader = Pick<Call<never>, 'engine' | 'key' | 'judgedBy'> & {
  /** A soft record up to this position counts as hard. */
  readonly after: number | undefined
}

/** What a reader may use of what was found; found already, it is judged again only where there are further tags. */
export function forReader<Value>(reader: Reader, found: Found<Value> | undefined): Found<Value> | undefined {
  return reader.judgedBy === undefined ? found : judgedAgain(reader, found)
}

/** What a reader may still use of what was found before. */
export function judgedAgain<Value>(
  { engine, key, judgedBy = [], after }: Reader,
  found: Found<Value> | undefined,
): Found<Value> | undefined {
  if (found === undefined) return undefined
  const { entry, tier } = found
  const { tags, epoch, asOf } = entry
  const subject = { tags: judgedBy.length === 0 ? tags : [...tags, ...judgedBy], epoch, asOf }
  return engine.found(entry, tier, engine.view.judge(key, subject, after))
}

/** Whether a flight began before a record of the further tags: then it is not for this reader. */
export function isBehind(
  { engine, key, judgedBy }: Omit<Reader, 'after'>,
  { mark }: Pick<Flight<never>, 'mark'>,
): boolean {
  if (judgedBy === undefined || mark === undefined) return false
  return engine.view.judge(key, loadedAt(mark, judgedBy)) !== 'valid'
}
