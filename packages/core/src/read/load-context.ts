/** What a loader gets, and what it decides through it. */
import { type FreshnessOptions, type OptionTable, checkOptions, validateTags } from '@hotpath/contract'
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
    skip: () => {
      decisions.skipped = true
    },
  }
}
