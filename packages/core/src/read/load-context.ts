/** What a loader gets, and what it decides through it. */
import {
  type FreshnessOptions,
  type Mark,
  type OptionTable,
  checkOptions,
  parseToken,
  validateTags,
} from '@hotpath/contract'
import type { Flight } from '../flights/flight.ts'
import type { Call } from './call.ts'
import { type LoadContext, NOT_MODIFIED } from './loader.ts'

const LIFETIME_OPTIONS: OptionTable<'ttl' | 'staleWhileRevalidate' | 'staleIfError'> = {
  ttl: true,
  staleWhileRevalidate: true,
  staleIfError: true,
}

/** What a loader decided through its context, beside the tags, which its flight has. */
export interface LoadDecisions {
  lifetime: FreshnessOptions | undefined
  skipped: boolean
  /** Where the value comes from, when that is from before the load. */
  asOf: Mark | undefined
}

/** Makes the context of one load. */
export function contextOf<Value>(
  { engine, original }: Call<Value>,
  flight: Flight<Value>,
  decisions: LoadDecisions,
): LoadContext<Value> {
  const previous = flight.fallback?.entry
  return {
    key: original,
    // Most loaders never look at the signal, so its controller is made when they do.
    get signal() {
      return flight.signal
    },
    previous: previous && {
      value: previous.value,
      ageMs: engine.elapsed() - previous.createdAt,
      tags: previous.tags,
      notModified: () => NOT_MODIFIED as Value,
    },
    setTtl: (ttl) => {
      const lifetime = typeof ttl === 'object' && ttl !== null ? ttl : { ttl }
      checkOptions(lifetime, 'setTtl', LIFETIME_OPTIONS)
      decisions.lifetime = lifetime
    },
    addTags: (tags) => {
      flight.tags = validateTags([...flight.tags, ...validateTags(tags, 'addTags')], 'addTags')
    },
    setAsOf: (token) => {
      const mark = parseToken(token, 'setAsOf')
      const lowest = decisions.asOf ?? flight.mark
      // Once of another life of the log, always so.
      const isOfThisLife = lowest?.epoch === flight.mark?.epoch
      if (isOfThisLife && (mark.epoch !== lowest?.epoch || mark.position < lowest.position)) decisions.asOf = mark
    },
    skip: (error) => {
      decisions.skipped = true
      if (error !== undefined) engine.fault(error)
    },
  }
}
