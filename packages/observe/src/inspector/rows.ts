/** What the inspector says of keys and events. Pure. */
import { formatDuration } from '@hotpath/contract'
import type { CacheEvent } from '@hotpath/core'
import type { ObservedKey } from '../observed-key.ts'

/** One key. */
export interface Row {
  readonly key: string
  readonly state: 'pending' | 'loading' | 'fresh' | 'stale' | 'failed'
  readonly age: string
  readonly source: string
  readonly tags: string
  /** Observers, and changes on top of the value. */
  readonly observers: string
}

/** Events that are worth a line: hits are not, there are too many. */
export const LOGGED = ['load', 'load-error', 'refresh', 'set', 'invalidated', 'evict', 'reset', 'fault'] as const
type Logged = Extract<CacheEvent, { readonly type: (typeof LOGGED)[number] }>

export function rowOf(observed: ObservedKey, wall: number): Row {
  const { shown, failure, isFetching } = observed.known()
  const layers = observed.layers?.size ?? 0
  return {
    key: observed.encoded,
    state: isFetching
      ? 'loading'
      : failure !== undefined
        ? 'failed'
        : shown === undefined
          ? 'pending'
          : shown.isStale
            ? 'stale'
            : 'fresh',
    age: shown?.updatedAt === undefined ? '' : ageOf(wall - shown.updatedAt),
    source: shown?.source ?? '',
    tags: observed.tags.join(', '),
    observers: `${observed.observers.size}${layers === 0 ? '' : ` + ${layers} optimistic`}`,
  }
}

/** One line of the timeline. */
export function lineOf(event: Logged): string {
  switch (event.type) {
    case 'load':
      return `load ${event.key} ${Math.round(event.durationMs)} ms${event.stored ? '' : ', not stored'}`
    case 'load-error':
      return `load-error ${event.key} ${String(event.error)}`
    case 'refresh':
      return `refresh ${event.key} (${event.reason})`
    case 'set':
      return `set ${event.key}`
    case 'invalidated': {
      const { type, ...named } = event.scope
      const what = Object.values(named).join(' ')
      return `${event.strength === 'hard' ? 'invalidated' : 'expired'} ${type} ${what}${event.own ? '' : ', by another'}`
    }
    case 'evict':
      return `evict ${event.key} (${event.tier}, ${event.reason})`
    case 'reset':
      return 'reset: records were missed'
    case 'fault':
      return `fault ${event.error.message}`
  }
}

function ageOf(ms: number): string {
  return ms < 1_000 ? 'now' : formatDuration(Math.floor(ms / 1_000) * 1_000)
}
